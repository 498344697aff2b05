import AsCLBase
import Foundation

/// Karpathy's JSON, with the features by file name in the `*_ims.npy` files of the same folder that have an
/// `*_ids.txt`.
enum KarpathyLayout {
    /// Opens a split of `file`, whose split names have to hold it. The features of an image may stand in the files of
    /// any stem; where two stems name the same image the alphabetically first serves.
    static func open(
        _ file: KarpathyFile, folder: String, split: String, captionsNeeded: Bool = true
    ) throws(InputError) -> RetrievalSplit {
        let wanted = file.images.filter { $0.effectiveSplit == split }
        var sets: [FeatureSet] = []
        var rowOfName: [String: RetrievalSplit.Row] = [:]
        for stem in try Dataset.stems(folder: folder) {
            let set = try FeatureSet(folder: folder, stem: stem)
            guard let names = try set.names(storedTimes: 1) else { continue }
            try set.checkSceneText(storedTimes: 1)
            for (row, name) in names.enumerated() where rowOfName[name] == nil {
                rowOfName[name] = RetrievalSplit.Row(set: sets.count, row: row)
            }
            sets.append(set)
        }
        // Whoever made the features may have said of which pictures there are none.
        let failed = try failedNames(folder)
        let images = wanted.filter {
            rowOfName[$0.filename] != nil || !failed.contains(EscapedText.escape($0.filename.utf8))
        }
        let missing = images.filter { rowOfName[$0.filename] == nil }
        if let first = missing.first ?? (images.isEmpty ? wanted.first : nil) {
            let count = images.isEmpty ? wanted.count : missing.count
            let published = sets.isEmpty ? PublishedFeatures(path: folder)?.advice(karpathy: file.path) : nil
            throw InputError(
                path: file.path, place: "split \(split)",
                expected: "every image named in an *_ids.txt beside an *_ims.npy",
                found: "\(count) of \(wanted.count) not named, first \(first.filename)"
                    + (published.map { "; beside it: \($0)" } ?? ""))
        }
        let captions = try file.captions(of: images, needed: captionsNeeded)
        let rows = images.compactMap { rowOfName[$0.filename] }
        return try RetrievalSplit(
            name: split, captionsOfImages: captions, imageNames: images.map(\.filename), storedTimes: 1,
            withoutFeatures: wanted.count - images.count, sets: agreeing(sets, rows: rows), rows: renumbered(rows))
    }

    /// The escaped names of the pictures that `failed.tsv`, as `ascl features` writes it, lists with a reason.
    private static func failedNames(_ folder: String) throws(InputError) -> Set<String> {
        let path = folder + "/failed.tsv"
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return Set(try LineFile.read(path, item: "failure").dropFirst().map { String($0.prefix { $0 != "\t" }) })
    }

    /// The sets that `rows` use, which have to agree in what they hold for an image.
    private static func agreeing(
        _ sets: [FeatureSet], rows: [RetrievalSplit.Row]
    ) throws(InputError) -> [FeatureSet] {
        let used = Set(rows.map(\.set)).sorted().map { sets[$0] }
        for set in used.dropFirst() {
            for (file, first, what) in [
                (set.regions, used[0].regions, "regions"), (set.globals, used[0].globals, "globals"),
                (set.boxes, used[0].boxes, "boxes"),
            ] as [(FeatureFile?, FeatureFile?, String)] where file?.rowShape != first?.rowShape {
                throw InputError(
                    path: file?.path ?? set.regions.path, place: what,
                    expected: "\(shape(first)) an image as beside \(used[0].regions.path)", found: shape(file))
            }
        }
        return used
    }

    private static func renumbered(_ rows: [RetrievalSplit.Row]) -> [RetrievalSplit.Row] {
        let used = Set(rows.map(\.set)).sorted()
        let place = Dictionary(uniqueKeysWithValues: zip(used, used.indices))
        return rows.map { RetrievalSplit.Row(set: place[$0.set] ?? 0, row: $0.row) }
    }

    private static func shape(_ file: FeatureFile?) -> String { file.map { "\($0.rowShape)" } ?? "none" }
}
