import ArrayFiles
import Foundation

extension PictureList {
    private struct Content: Decodable {
        struct Image: Decodable {
            let filename: String
            let filepath: String?
            let split: String
        }

        let images: [Image]
    }

    /// The pictures of Karpathy's JSON, `folder/filepath/filename`, under their file names and in the file's order.
    /// MSCOCO's `restval` belongs to `train`. A file name that stands there twice is an error, because features are
    /// found by it.
    public static func karpathy(_ path: String, folder: String) throws(FeatureExtractionError) -> PictureList {
        var entries: [String: [Entry]] = [:]
        var names: Set<String> = []
        for image in try content(of: path).images {
            guard names.insert(image.filename).inserted else {
                throw FeatureExtractionError(
                    path: path, place: "images", expected: "every filename once",
                    found: "\(EscapedText.escape(image.filename.utf8)) again")
            }
            let parent = image.filepath.map { $0.isEmpty ? folder : "\(folder)/\($0)" } ?? folder
            entries[image.split == "restval" ? "train" : image.split, default: []].append(
                entry(name: Array(image.filename.utf8)) { "\(parent)/\($0)" })
        }
        return try PictureList(
            splits: entries.map { Split(name: $0.key, entries: $0.value) }, path: path, captionsPath: path)
    }

    private static func content(of path: String) throws(FeatureExtractionError) -> Content {
        do {
            return try JSONDecoder().decode(Content.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as DecodingError {
            throw FeatureExtractionError(
                path: path, place: "JSON", expected: "images with filename and split", found: error.oneLine)
        } catch {
            throw FeatureExtractionError(
                path: path, place: "opening", expected: "a readable file", found: error.localizedDescription)
        }
    }
}
