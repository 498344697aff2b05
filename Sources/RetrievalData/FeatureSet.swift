import AsCLBase
import Foundation

/// The feature files that share one stem in a folder: `<stem>_ims.npy`, `_globals.npy`, `_boxes.npy`, `_classes.npy`,
/// `_confidences.npy`, `_tokens.npy`, `_scene_text.jsonl`, `_ids.txt`.
struct FeatureSet: Sendable {
    static let regionsSuffix = "_ims.npy"

    /// `[images, regions, dimension]`.
    let regions: FeatureFile
    /// `[images, dimension]`.
    let globals: FeatureFile?
    /// `[images, regions, 4]`.
    let boxes: FeatureFile?
    let labels: RegionLabelFiles?
    /// What somebody's tokenizer of pictures made of the regions.
    let tokens: RegionNumberFile?
    /// What is written in the pictures.
    let sceneText: SceneTextFile?
    /// What made the features, where the folder's `features.json` says: features of different encoders do not mix.
    let encoder: String?
    private let namesPath: String

    /// Opens the files and holds them to the number of rows and regions of the first.
    init(folder: String, stem: String) throws(InputError) {
        func path(_ suffix: String) -> String { folder + "/" + stem + suffix }
        func isThere(_ suffix: String) -> Bool { FileManager.default.fileExists(atPath: path(suffix)) }
        regions = try FeatureFile(path: path(Self.regionsSuffix), axes: ["images", "regions", "dimension"])
        globals =
            isThere("_globals.npy")
            ? try FeatureFile(path: path("_globals.npy"), axes: ["images", "dimension"]) : nil
        boxes =
            isThere("_boxes.npy") ? try FeatureFile(path: path("_boxes.npy"), axes: ["images", "regions", "4"]) : nil
        labels = try RegionLabelFiles(
            folder: folder, stem: stem, images: regions.rowCount, regions: regions.rowShape[0])
        tokens =
            isThere("_tokens.npy")
            ? try RegionNumberFile(
                path: path("_tokens.npy"), stem: stem, images: regions.rowCount, regions: regions.rowShape[0]) : nil
        sceneText =
            isThere("_scene_text.jsonl") ? try SceneTextFile(path: path("_scene_text.jsonl")) : nil
        namesPath = path("_ids.txt")
        encoder = Self.encoder(folder: folder)
        if let globals, globals.rowCount != regions.rowCount {
            throw InputError(
                path: globals.path, place: "shape", expected: "\(regions.rowCount) rows as in \(stem)_ims.npy",
                found: "\(globals.rowCount)")
        }
        if let boxes, boxes.array.shape != [regions.rowCount, regions.rowShape[0], 4] {
            throw InputError(
                path: boxes.path, place: "shape",
                expected: "\([regions.rowCount, regions.rowShape[0], 4]) as \(stem)_ims.npy asks for",
                found: "\(boxes.array.shape)")
        }
    }

    private struct Manifest: Decodable { let encoder: String? }

    /// What is wrong with the file is told by those who write it.
    private static func encoder(folder: String) -> String? {
        FileManager.default.contents(atPath: folder + "/features.json")
            .flatMap { try? JSONDecoder().decode(Manifest.self, from: $0) }?.encoder
    }

    /// Holds what has a line an image to their number.
    /// - Parameter storedTimes: Rows of features an image.
    func checkSceneText(storedTimes: Int) throws(InputError) {
        try sceneText?.check(images: regions.rowCount / storedTimes)
    }

    /// The stem's image names; nil where there is no file of them. There may be a line an image, a line a row, or as many
    /// equal lines an image as it has captions.
    func names(storedTimes: Int) throws(InputError) -> [String]? {
        guard FileManager.default.fileExists(atPath: namesPath) else { return nil }
        let names = try LineFile.read(namesPath, item: "image name")
        let imageCount = regions.rowCount / storedTimes
        let times = names.count / imageCount
        guard names.count == times * imageCount, times > 0 else {
            throw InputError(
                path: namesPath, place: "lines",
                expected: "\(imageCount), one an image, or a multiple of it, one a caption",
                found: "\(names.count); the file may be removed where names are not needed")
        }
        if times != storedTimes, let bad = names.indices.first(where: { names[$0] != names[$0 - $0 % times] }) {
            throw InputError(
                path: namesPath, place: "line \(bad + 1)",
                expected: "\(names[bad - bad % times]) again, as \(names.count) lines for \(imageCount) images are "
                    + "\(times) an image",
                found: "\(names[bad]); one line an image is right too, and the file may be removed")
        }
        return (0..<imageCount).map { names[$0 * times] }
    }
}
