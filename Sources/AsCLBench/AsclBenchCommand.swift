import ArgumentParser
import AsCLBase
import CommandLineOptions

/// The command line: parse, time, print.
@main
struct AsclBenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ascl-bench",
        abstract: "Time scores, training steps, whole evaluations and searches on random data, encoders, and a server.",
        discussion: "`make bench` runs the same in PyTorch beside it and prints one table.",
        version: Version.current,
        subcommands: [
            BenchForward.self, BenchStep.self, BenchEvaluation.self, BenchPictures.self, BenchEncoders.self,
            BenchSCAN.self, BenchSearch.self, BenchStore.self, BenchServe.self,
            BenchSharing.self,
        ])

    static func main() { runAsProgram() }
}
