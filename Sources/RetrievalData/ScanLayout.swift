import AsCLBase
import Foundation

/// SCAN's precomputed layout: `<split>_ims.npy` and `<split>_caps.txt` in one folder.
enum ScanLayout {
    /// Whether the split has captions of its own.
    static func hasCaptions(folder: String, split: String) -> Bool {
        FileManager.default.fileExists(atPath: captionsPath(folder, split))
    }

    private static func captionsPath(_ folder: String, _ split: String) -> String { "\(folder)/\(split)_caps.txt" }

    /// Opens a split whose `_ims.npy` is there.
    static func open(
        folder: String, split: String, captionsNeeded: Bool = true
    ) throws(InputError) -> RetrievalSplit {
        let set = try FeatureSet(folder: folder, stem: split)
        let captionsPath = captionsPath(folder, split)
        if !captionsNeeded, !hasCaptions(folder: folder, split: split) {
            let images = 0..<set.regions.rowCount
            try set.checkSceneText(storedTimes: 1)
            return RetrievalSplit(
                name: split, captionsOfImages: images.map { _ in [] }, imageNames: try set.names(storedTimes: 1),
                storedTimes: 1, sets: [set], rows: images.map { RetrievalSplit.Row(set: 0, row: $0) })
        }
        let captions = try LineFile.read(captionsPath, item: "caption")
        let storedTimes = storedTimes(set.regions, captionCount: captions.count)
        try set.checkSceneText(storedTimes: storedTimes)
        let imageCount = set.regions.rowCount / storedTimes
        guard captions.count.isMultiple(of: imageCount) else {
            throw InputError(
                path: captionsPath, place: "lines", expected: "a multiple of the \(imageCount) images",
                found: "\(captions.count)")
        }
        let perImage = captions.count / imageCount
        return RetrievalSplit(
            name: split,
            captionsOfImages: (0..<imageCount).map { Array(captions[$0 * perImage..<($0 + 1) * perImage]) },
            imageNames: try set.names(storedTimes: storedTimes), storedTimes: storedTimes, sets: [set],
            rows: (0..<imageCount).map { RetrievalSplit.Row(set: 0, row: $0 * storedTimes) })
    }

    /// 5 where each image stands there once for each of its five captions, as in the files of VSE++ and SCAN: there are
    /// as many rows as captions, and rows repeat in fives. A look at the beginning of a few rows tells; reading all of
    /// a large file would take minutes.
    static func storedTimes(_ regions: FeatureFile, captionCount: Int) -> Int {
        guard regions.rowCount == captionCount, captionCount.isMultiple(of: 5) else { return 1 }
        let groups = captionCount / 5
        let looks = min(groups, 16)
        let repeats = (0..<looks).allSatisfy { look in
            let first = look * groups / looks * 5
            return (1..<5).allSatisfy { regions.rowsAreEqual(first, first + $0, byteCount: 4096) }
        }
        return repeats ? 5 : 1
    }
}
