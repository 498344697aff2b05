import AsCLBase
import CommandLineOptions
import FeatureExtraction
import Foundation
import ImageEncoding
import RetrievalData
import Torch

/// Vectors of pictures by a pretrained encoder, without a data folder of the user's: they are kept in the user's cache, and
/// only new and changed pictures are computed.
enum PictureVectors {
    /// The split of the pictures of a folder, or of those of a Karpathy JSON's split.
    /// - Throws: `InputError` where none can be read, `ExitCode` after a signal.
    static func split(
        _ encoder: String, images: String, karpathy: String?, split name: String, captionsNeeded: Bool,
        on device: Device
    ) throws -> RetrievalSplit {
        let list =
            try karpathy.map { try PictureList.karpathy($0, folder: images).only($0, split: name) }
            ?? PictureList.folder(images, split: name)
        let tower = try PatchEncoder(pretrained: encoder, regions: .vector, on: device)
        let folder = try folder(of: [images, karpathy ?? "", name], tower)
        InterruptFlag.install()
        // Workers compute by themselves; whoever scores afterwards gets the threads back.
        let threads = Torch.threadCount
        try Torch.setThreadCount(1)
        let summary = try Extraction.runInTerminal(
            list, tower, output: folder, settings: ExtractionSettings(elementType: .float32, workers: threads))
        try Torch.setThreadCount(threads)
        guard summary.failed < summary.total else {
            throw InputError(
                path: images, place: "pictures", expected: "one that can be read",
                found: "none; \(folder)/failed.tsv says why")
        }
        if summary.failed > 0 {
            Terminal.say("\(summary.failed) of \(summary.total) pictures cannot be read: \(folder)/failed.tsv says why")
        }
        if summary.new > 0 { Terminal.say("\(summary.new) new pictures encoded; their vectors are kept in \(folder)") }
        let dataset = try Dataset(path: folder)
        return captionsNeeded ? try dataset.split(name) : try dataset.pictures(name)
    }

    /// A folder in the user's cache that is these pictures' and this encoder's alone.
    private static func folder(of parts: [String], _ encoder: PatchEncoder) throws -> String {
        let paths = parts.map { $0.isEmpty ? "" : URL(fileURLWithPath: $0).standardizedFileURL.path }
        let digest = ContentDigest(of: (paths + [encoder.identity]).joined(separator: "\n"))
        let parent = UserCache.folder() + "/pictures"
        try Folder.make(parent)
        return "\(parent)/\(digest.hexadecimal.prefix(16))"
    }
}
