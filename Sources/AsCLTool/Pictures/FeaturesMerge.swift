import ArgumentParser
import FeatureExtraction

struct FeaturesMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Join the shards that several machines made by `ascl features --shard`.",
        discussion: "Writes what one machine would have written, to the byte. The shards stay as they are.")

    @Option(help: "The folder to write into.")
    var output: String

    @Argument(help: "The shards' folders, all of them, in any order.")
    var shards: [String]

    func run() throws {
        let summary = try FeatureMerge.merge(shards, into: output)
        try FeaturesExtract.conclude(summary, output: output)
    }
}
