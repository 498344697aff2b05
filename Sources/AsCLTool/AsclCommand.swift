import ArgumentParser
import AsCLBase
import CommandLineOptions

/// The command line: parse, call, print.
@main
struct AsclCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ascl",
        abstract: "Find pictures by sentence and sentences by picture.",
        discussion: """
            AsCL scores a picture against a sentence by letting image regions and words attend to each other. Train a \
            model on captioned pictures, measure it, and ask it.

            Try it:  ascl scenes generate --output scenes
                     ascl train --config Configs/scenes.yaml --data scenes --output runs/scenes
                     ascl query --checkpoint runs/scenes --data scenes --split test "a red star above a blue circle"
            """,
        version: Version.current,
        subcommands: [
            TrainCommand.self, EvaluateCommand.self, ProbeCommand.self, QueryCommand.self, DataCommand.self,
            FeaturesCommand.self, WeightsCommand.self, IndexCommand.self, SearchCommand.self, ServeCommand.self,
            ExperimentCommand.self, ScenesCommand.self, BenchCommand.self, TermsCommand.self,
        ])

    static func main() { runAsProgram() }
}
