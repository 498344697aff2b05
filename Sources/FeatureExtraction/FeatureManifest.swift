import ArrayFiles
import AsCLBase
import Foundation
import ImageEncoding

/// `features.json`: what a folder's features are, and whether they are all there.
struct FeatureManifest: Codable, Equatable {
    static let name = "features.json"

    /// What the finished files hold.
    struct Result: Codable, Equatable {
        /// Digest of the whole list, all shards' parts together.
        var list: String
        /// Pictures with features, by split.
        var pictures: [String: Int]
        /// Pictures without.
        var failed: Int
    }

    var format = 1
    var encoder: String
    var shape: FeatureShape
    var elementType: String
    var splits: [String]
    /// `2/3`, nil for all pictures.
    var shard: String?
    /// Nil before the first run is through, and while files are being replaced.
    var result: Result?

    init(encoder: some PictureEncoder, settings: ExtractionSettings, splits: [String]) {
        self.encoder = encoder.identity
        shape = encoder.shape
        elementType = "\(settings.elementType)"
        self.splits = splits
        shard = settings.shard?.description
    }

    /// Reads a folder's file; nil where there is none.
    init?(folder: String) throws {
        let path = "\(folder)/\(Self.name)"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch DecodingError.keyNotFound(let key, _) where key.stringValue == CodingKeys.format.stringValue {
            // It says what made the features, and no more: they were not extracted here.
            throw InputError(
                path: folder, place: Self.name, expected: "a folder without features of another making",
                found: "the file")
        } catch let error as DecodingError {
            throw InputError(
                path: path, place: "JSON", expected: "settings of features", found: error.oneLine)
        }
        for size in [shape.regions, shape.regionDimension, shape.globalDimension] where !(0...1 << 20 ~= size) {
            throw InputError(
                path: path, place: "shape", expected: "sizes from 0 to \(1 << 20)", found: "\(size)")
        }
    }

    /// The file's content, the same for equal values.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self) + Data("\n".utf8)
    }

    /// Throws, naming the first field that differs, unless features of `other` may stand beside these at `path`.
    func check(equals other: FeatureManifest, path: String) throws(InputError) {
        for (field, expected, found) in [
            ("format", "\(format)", "\(other.format)"),
            ("encoder", encoder, other.encoder),
            ("shape.regions", "\(shape.regions)", "\(other.shape.regions)"),
            ("shape.regionDimension", "\(shape.regionDimension)", "\(other.shape.regionDimension)"),
            ("shape.globalDimension", "\(shape.globalDimension)", "\(other.shape.globalDimension)"),
            ("shape.hasClasses", "\(shape.hasClasses)", "\(other.shape.hasClasses)"),
            ("elementType", elementType, other.elementType),
            ("splits", splits.joined(separator: ", "), other.splits.joined(separator: ", ")),
            ("shard", shard ?? "none", other.shard ?? "none"),
        ] where expected != found {
            throw InputError(path: path, place: field, expected: expected, found: found)
        }
    }
}
