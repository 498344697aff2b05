import ArgumentParser

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time scores, training steps and whole evaluations on random data, and picture encoders.",
        discussion: "`make bench` runs the same in PyTorch beside it and prints one table.",
        subcommands: [BenchForward.self, BenchStep.self, BenchEvaluation.self, BenchPictures.self])
}
