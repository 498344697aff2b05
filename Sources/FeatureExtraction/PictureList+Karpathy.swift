package import AsCLBase
import RetrievalData

extension PictureList {
    /// The pictures of Karpathy's JSON, `folder/filepath/filename`, under their file names and in the file's order.
    /// MSCOCO's `restval` belongs to `train`. A file name that stands there twice is an error, because features are
    /// found by it.
    package static func karpathy(_ path: String, folder: String) throws(InputError) -> PictureList {
        var entries: [String: [Entry]] = [:]
        var names: Set<String> = []
        for image in try images(of: path) {
            guard names.insert(image.filename).inserted else {
                throw InputError(
                    path: path, place: "images", expected: "every filename once",
                    found: "\(EscapedText.escape(image.filename.utf8)) again")
            }
            let parent = image.filepath.map { $0.isEmpty ? folder : "\(folder)/\($0)" } ?? folder
            entries[image.effectiveSplit, default: []].append(
                entry(name: Array(image.filename.utf8)) { "\(parent)/\($0)" })
        }
        return try PictureList(
            splits: entries.map { Split(name: $0.key, entries: $0.value) }, path: path, captionsPath: path)
    }

    private static func images(of path: String) throws(InputError) -> [KarpathyFile.Image] {
        do {
            return try KarpathyFile(path: path).images
        } catch {
            throw InputError(
                path: error.path, place: error.place, expected: error.expected, found: error.found)
        }
    }
}
