import ArgumentParser
import AsCLBase
import CommandLineOptions
import FeatureExtraction
import Foundation
import ImageEncoding
import Torch

struct FeaturesExtract: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "extract", abstract: "Compute the features of pictures (what `ascl features` does by itself).")

    @Option(help: "The folder of the pictures.")
    var images: String

    @Option(help: "The folder to write features into, or to bring up to date.")
    var output: String

    @Option(help: "Only the pictures that this text file names, one path below --images a line.")
    var list: String?

    @Option(help: "The pictures of this Karpathy JSON, by their splits, with their captions.")
    var karpathy: String?

    @Option(help: "What to call the split. Default: all.")
    var split: String?

    @OptionGroup var encoders: EncoderOptions

    @Option(help: "float16 or float32.")
    var precision = FeaturePrecision.float16

    @Option(
        help: """
            Only the i-th of n parts of the pictures, as i/n, or auto for the part that Slurm's job array or a launcher \
            such as torchrun gives (auto/n where it does not say how many); `ascl features merge` joins them.
            """)
    var shard: ShardChoice?

    @Option(help: Device.help)
    var device: Device?

    @Option(help: "Pictures computed at a time, each by a thread of its own. Default: all cores.")
    var threads: Int?

    @Flag(help: "Print the result as JSON.")
    var json = false

    enum FeaturePrecision: String, CaseIterable, ExpressibleByArgument {
        case float16, float32
    }

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["threads": threads])
        if list != nil, karpathy != nil { throw ValidationError("--list and --karpathy exclude each other") }
        if karpathy != nil, split != nil { throw ValidationError("--split: a Karpathy JSON has its own") }
        if let split, split.isEmpty || split.contains("/") {
            throw ValidationError("--split: expected a name without /, found \"\(split)\"")
        }
    }

    func run() throws {
        InterruptFlag.install()
        let place = try Device.chosen(device)
        // Every worker computes by itself: threads inside an operator would fight the workers for the cores.
        try Torch.setThreadCount(1)
        let list = try pictures()
        try Folder.expectPlace(for: output)
        let encoder = try encoders.encoder(on: place)
        let workers = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let shape = encoder.shape
        Terminal.say(
            "\(list.count) pictures, \(shape.regions) regions of \(shape.regionDimension) and a vector of "
                + "\(shape.globalDimension) each, \(place), \(workers) threads")
        let summary = try Extraction.runInTerminal(
            list, encoder, output: output,
            settings: ExtractionSettings(
                elementType: precision == .float16 ? .float16 : .float32, workers: workers, shard: shard?.shard()))
        try Self.conclude(summary, output: output, json: json)
    }

    private func pictures() throws -> PictureList {
        if let karpathy { return try .karpathy(karpathy, folder: images) }
        if let list { return try .file(list, folder: images, split: split ?? "all") }
        let found = try PictureList.folder(images, split: split ?? "all")
        if let first = found.otherFiles.min() {
            Terminal.say("\(images): \(found.otherFiles.count) other files, no pictures, the first \(first)")
        }
        return found
    }

    /// The last line, and the exit code 1 where pictures failed.
    static func conclude(_ summary: ExtractionSummary, output: String, json: Bool = false) throws {
        if json { try Terminal.printJSON(summary) } else { print(summary) }
        guard summary.failed == 0 else {
            Terminal.say("\(summary.failed) pictures have no features: \(output)/failed.tsv says why")
            throw ExitCode.failure
        }
    }
}
