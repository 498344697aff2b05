import AsCLBase
import Foundation

/// `store.json`: what a store's vectors are, and of which files it is made. A file that is not listed is none of it.
struct StoreManifest: Codable, Equatable, Sendable {
    static let name = "store.json"

    var format = 1
    let dimension: Int
    /// The model that made the vectors.
    let fingerprint: String
    /// Counts the compactions, each of which numbers the rows anew.
    var generation = 0
    /// The segments' numbers, in the order of their rows.
    var segments: [Int] = []

    /// Reads a folder's manifest; nil where there is none.
    static func read(_ folder: String) throws(InputError) -> StoreManifest? {
        let path = "\(folder)/\(name)"
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch {
            if error.systemCode == ENOENT { return nil }
            throw error
        }
        let manifest: StoreManifest
        do { manifest = try JSONDecoder().decode(Self.self, from: file.contents()) } catch {
            throw InputError(
                path: path, place: "JSON", expected: "what a vector store consists of",
                found: (error as? DecodingError)?.oneLine ?? "\(error)")
        }
        guard manifest.format == 1 else {
            throw InputError(
                path: path, place: "format", expected: "1", found: "\(manifest.format), of another version of AsCL")
        }
        guard manifest.segments.allSatisfy({ $0 > 0 }), Set(manifest.segments).count == manifest.segments.count else {
            throw InputError(
                path: path, place: "segments", expected: "different numbers from 1 on", found: "\(manifest.segments)")
        }
        return manifest
    }

    /// Puts the manifest on the disk, in the place of the one before.
    func write(_ folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(self) + Data("\n".utf8), to: "\(folder)/\(Self.name)")
    }

    /// Throws where the store's vectors are not those of a model.
    func expect(dimension: Int, fingerprint: String, folder: String) throws(InputError) {
        let path = "\(folder)/\(Self.name)"
        guard self.fingerprint == fingerprint else {
            throw InputError(
                path: path, place: "fingerprint", expected: "vectors of the model \(fingerprint)",
                found: "those of \(self.fingerprint); use that model, or fill another folder")
        }
        guard self.dimension == dimension else {
            throw InputError(
                path: path, place: "dimension", expected: "vectors of \(dimension) numbers",
                found: "\(self.dimension); fill another folder")
        }
    }
}
