import AsCLBase
import Foundation

/// How far an import has come: what it needs to go on.
struct ImportState: Codable {
    /// Of the plan that is carried out.
    let plan: String
    /// Rows of the plan that are on the disk.
    var done: Int
    /// Whether all files are whole and are being put in place.
    var isPublishing: Bool

    /// Reads a state; nil where there is none.
    static func read(_ path: String) throws(InputError) -> ImportState? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(Self.self, from: data)
        } catch {
            throw InputError(
                path: path, place: "JSON", expected: "how far an import has come",
                found: (error as? DecodingError)?.oneLine ?? error.localizedDescription)
        }
    }

    /// Replaces the state on the disk.
    func write(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try AtomicFile.write(try encoder.encode(self), to: path)
    }
}
