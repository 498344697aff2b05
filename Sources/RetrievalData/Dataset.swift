package import AsCLBase
import Foundation

/// A folder of captioned image features, in SCAN's layout, Karpathy's JSON or both.
package struct Dataset: Sendable {
    /// The path as it was given: the folder, or a JSON file in it.
    package let path: String
    let folder: String
    /// Splits in SCAN's layout; none where a JSON file was given.
    let scanSplits: [String]
    private let jsonPaths: [String]

    /// Looks what is there, without opening it. A split comes from SCAN's layout where both have it, unless `path` is
    /// the JSON file itself.
    package init(path: String) throws(InputError) {
        self.path = path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw InputError(
                path: path, place: "opening", expected: "a data folder or its dataset_*.json", found: "nothing there")
        }
        if isFolder.boolValue {
            folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
            scanSplits = try Self.stems(folder: folder)
            jsonPaths = try Self.names(in: folder).filter { $0.hasPrefix("dataset_") && $0.hasSuffix(".json") }
                .map { [folder] in folder + "/" + $0 }
        } else {
            let parent = path.parentPath
            folder = parent.isEmpty ? "." : parent
            scanSplits = []
            // What others publish is no JSON, and what to do with it can be said.
            jsonPaths = PublishedFeatures(path: path) == nil ? [path] : []
        }
        guard !jsonPaths.isEmpty || !scanSplits.isEmpty else {
            throw InputError(
                path: path, place: "content", expected: "<split>_ims.npy or dataset_*.json",
                found: PublishedFeatures(path: path)?.advice() ?? "neither")
        }
    }

    /// Names of all splits, sorted.
    package func splitNames() throws(InputError) -> [String] {
        Set(scanSplits + (try karpathyFile()?.splitNames ?? [])).sorted()
    }

    /// Opens a split by its exact name. Features stay on the disk; only the captions are read.
    package func split(_ name: String) throws(InputError) -> RetrievalSplit { try open(name, captionsNeeded: true) }

    /// Opens a split for its images: they may have no captions, as those of a photo collection have none. To train and
    /// to evaluate takes `split`.
    package func pictures(_ name: String) throws(InputError) -> RetrievalSplit { try open(name, captionsNeeded: false) }

    private func open(_ name: String, captionsNeeded: Bool) throws(InputError) -> RetrievalSplit {
        if captionedScanSplits.contains(name) {
            return try ScanLayout.open(folder: folder, split: name, captionsNeeded: captionsNeeded)
        }
        if let file = try karpathyFile(), file.splitNames.contains(name) {
            return try KarpathyLayout.open(file, folder: folder, split: name, captionsNeeded: captionsNeeded)
        }
        if scanSplits.contains(name) {
            return try ScanLayout.open(folder: folder, split: name, captionsNeeded: captionsNeeded)
        }
        throw InputError(
            path: path, place: "split", expected: "one of \(try splitNames().joined(separator: ", "))", found: name)
    }

    /// Splits that are read in SCAN's layout alone. Beside a JSON file features may have SCAN's names while their captions
    /// stand in the JSON, as `ascl features` leaves them.
    var captionedScanSplits: [String] {
        scanSplits.filter { jsonPaths.isEmpty || ScanLayout.hasCaptions(folder: folder, split: $0) }
    }

    /// The folder's JSON file, nil where there is none.
    func karpathyFile() throws(InputError) -> KarpathyFile? {
        guard jsonPaths.count < 2 else {
            throw InputError(
                path: path, place: "content", expected: "one dataset_*.json, or its path in place of the folder's",
                found: jsonPaths.map { ($0 as NSString).lastPathComponent }.joined(separator: ", "))
        }
        return try jsonPaths.first.map { (path) throws(InputError) in try KarpathyFile(path: path) }
    }

    /// The `<stem>` of every `<stem>_ims.npy` of a folder, sorted.
    static func stems(folder: String) throws(InputError) -> [String] {
        try names(in: folder).filter { $0.hasSuffix(FeatureSet.regionsSuffix) }
            .map { String($0.dropLast(FeatureSet.regionsSuffix.count)) }
    }

    private static func names(in folder: String) throws(InputError) -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw InputError(
                path: folder, place: "listing", expected: "a readable folder", found: error.localizedDescription)
        }
    }
}
