import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData

/// The folder that features go to. Files are made in a folder of their own within it and put in place all at once.
final class FeatureFolder {
    let path: String
    /// What `features.json` says.
    private(set) var manifest: FeatureManifest
    /// Where finished blocks are kept.
    let blocks: String
    /// Where files are made that are to be published.
    let staging: String
    private let lock: FolderLock

    /// Takes hold of a folder, which is made when it is missing. One that holds other features is refused.
    init(path: String, manifest new: FeatureManifest) throws {
        self.path = path
        blocks = path + "/.blocks"
        staging = blocks + "/new"
        guard let lock = try FolderLock(blocks, isWaiting: false) else {
            throw InputError(
                path: blocks, place: "lock", expected: "one run at a time", found: "another at work here")
        }
        self.lock = lock
        let files = FileManager.default
        // What a killed run left half-made.
        if files.fileExists(atPath: staging) { try files.removeItem(atPath: staging) }
        try files.createDirectory(atPath: staging, withIntermediateDirectories: false)
        if let old = try FeatureManifest(folder: path) {
            try old.check(equals: new, path: "\(path)/\(FeatureManifest.name)")
            manifest = old
        } else {
            manifest = new
            if let foreign = Self.names(of: new.splits).first(where: { files.fileExists(atPath: "\(path)/\($0)") }) {
                throw InputError(
                    path: path, place: foreign, expected: "a folder without features of another making",
                    found: "the file")
            }
            try setResult(nil)
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: staging) }

    /// Where to make the file that is to be published under `name`.
    func staged(_ name: String) -> String { "\(staging)/\(name)" }

    /// Makes a text file that is to be published.
    func stage(_ text: String, _ name: String) throws { try AtomicFile.write(Data(text.utf8), to: staged(name)) }

    /// Puts in place what was staged, `others` beside the features' own files, and removes old files in whose place
    /// there is nothing. Features are known by their `_ims.npy`,
    /// which go first and come back last: whoever reads meanwhile, or after a kill, finds no mixture.
    func publish(_ others: [String]) throws {
        let names = Self.names(of: manifest.splits) + others
        try setResult(nil)
        let isRegions = { (name: String) in name.hasSuffix(Self.regionsSuffix) }
        for name in names where isRegions(name) { unlink("\(path)/\(name)") }
        for name in names.filter({ !isRegions($0) }) + names.filter(isRegions) {
            let target = "\(path)/\(name)"
            if FileManager.default.fileExists(atPath: staged(name)) {
                try move(name)
            } else if unlink(target) != 0, errno != ENOENT {
                throw InputError.system(target, place: "removing", expected: "a file that can be removed")
            }
        }
    }

    /// Says in `features.json` what the finished files hold; nil while they are not to be relied on.
    func setResult(_ result: FeatureManifest.Result?) throws {
        manifest.result = result
        try AtomicFile.write(try manifest.encoded(), to: staged(FeatureManifest.name))
        try move(FeatureManifest.name)
    }

    private func move(_ name: String) throws {
        try AtomicFile.rename(staged(name), to: "\(path)/\(name)")
    }

    private static let regionsSuffix = "_ims.npy"
    static let classNamesName = "class_names.txt"

    /// Every file of features but `features.json`.
    private static func names(of splits: [String]) -> [String] {
        let suffixes = [regionsSuffix, "_globals.npy", "_boxes.npy", "_classes.npy", "_confidences.npy", "_ids.txt"]
        return splits.flatMap { split in suffixes.map { split + $0 } } + [classNamesName, FailureTable.name]
    }
}
