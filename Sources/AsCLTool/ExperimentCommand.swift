import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import RetrievalData
import RetrievalExperiments
import RetrievalTraining
import RunReports
import Torch

struct ExperimentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiment",
        abstract: "Repeat the paper's tables and figures, and compare AsCL with its baselines, on any data.",
        discussion: """
            Trains what the experiment needs, at several seeds, evaluates it on a
            split that had no part in training, and writes a report as <name>.html,
            .md and .json into the output folder. Runs are kept there: the same
            command goes on after an interruption, experiments share runs, more
            seeds add to those there are, and the same command started twice
            shares the work out.

            Experiments:
            \(Experiment.help)

            Try it:  ascl scenes generate --output scenes
                     ascl experiment ablations --config Configs/scenes.yaml \\
                       --data scenes --split test --output experiments \\
                       --seeds 3 --budget 90m
            """)

    @Argument(help: "The experiment, or all.")
    var name: String

    @Option(help: "The base configuration in YAML, such as Configs/flickr8k-experiments.yaml.")
    var config: String

    @Option(name: .customLong("set"), help: "Change a value of the base configuration. Repeatable.")
    var overrides: [String] = []

    @Option(help: "A folder in SCAN's layout, or a Karpathy JSON beside its features.")
    var data: String

    @Option(help: "The split to report, which neither trains nor chooses checkpoints.")
    var split: String

    @Option(help: "How many of its images to evaluate on, from the first. Default: all.")
    var images: Int?

    @Option(help: "The folder of the experiments' runs and report.")
    var output: String

    @Option(help: "Runs of each variant, with the seeds 0, 1, 2, ... Default: 3, of table1 5.")
    var seeds: Int?

    @Option(help: "Wall-clock time after which no more is computed, such as 90m, 8h or 30s. Default: none.")
    var budget: Budget?

    @Flag(help: "Do failed runs again.")
    var retry = false

    @Option(help: Device.help)
    var device: Device?

    @OptionGroup(visibility: .hidden) var one: OneRunOptions

    mutating func validate() throws {
        guard name == "all" || Experiment(named: name) != nil else {
            let known = Experiment.allCases.map(\.rawValue) + ["all"]
            throw ValidationError("expected one of \(known.joined(separator: ", ")), found \(name)")
        }
        try ValidationError.expect(atLeast: 1, ["seeds": seeds, "images": images])
    }

    func run() throws {
        let deadline = budget.map { Date.now.addingTimeInterval($0.seconds) } ?? .distantFuture
        InterruptFlag.install()
        var base = try TrainingConfiguration(contentsOf: config)
        try base.apply(overrides: overrides)
        try base.findTextEncoder()
        if base.training.threads > 0 { try Torch.setThreadCount(base.training.threads) }
        let experiments = try Experiment.named(name, for: base)
        let dataset = try Dataset(path: data)
        let splits = try ExperimentSplits(base, dataset, test: split, testImages: images ?? 0)
        if one.run == nil { splits.notices.forEach(Terminal.say) }
        let launch: ExperimentRunner.Launch? =
            one.run == nil
            ? { try OneRun.launch($0, seed: $1, checkingBudget: $2, until: $3) } : nil
        let runner = try ExperimentRunner(
            folder: output, base: base, splits: splits, device: .chosen(device), report: Terminal.say,
            meter: { ProgressMeter($0, unit: $0.hasPrefix("scoring") ? "pairs" : "captions").update },
            stopSignal: { InterruptFlag.signalNumber }, launch: launch)
        if let run = one.run { return try one.perform(run, runner, retrying: retry) }
        for kind in ["html", "md", "json"] { try AtomicFile.expectPlace(for: "\(output)/\(name).\(kind)") }
        let command = CommandLine.arguments.dropFirst().map(quoted).joined(separator: " ")
        func writeReport() throws -> Int {
            try ExperimentReport(name, of: runner, experiments, seeds: seeds, command: "ascl \(command)").write()
        }
        let end: ExperimentRunner.End
        do {
            end = try runner.run(experiments, seeds: seeds, retrying: retry, until: deadline)
        } catch ExperimentError.ended(let status) {
            throw ExitCode(status)
        } catch ExperimentError.interrupted(let signal) {
            _ = try writeReport()
            Terminal.say("\(ExperimentError.interrupted(signal: signal))")
            throw ExitCode(128 + signal)
        }
        let failures = try writeReport()
        if case .outOfTime(let left) = end {
            Terminal.say("the budget is used up with \(left) runs left; the same command goes on")
        }
        Terminal.say("the report is \(output)/\(name).html")
        if failures > 0 {
            Terminal.say("\(failures) runs failed; the report says why, and --retry does them again")
            throw ExitCode.failure
        }
    }

    /// As a shell takes it.
    private func quoted(_ argument: String) -> String {
        let plain = argument.allSatisfy { $0.isLetter || $0.isNumber || "-_./=:,".contains($0) }
        return plain && !argument.isEmpty ? argument : "'" + argument.replacing("'", with: "'\\''") + "'"
    }
}

extension Experiment {
    /// A line each.
    fileprivate static var help: String {
        let lines = allCases.map { ($0.rawValue, $0.summary) } + [("all", "every one of them")]
        let width = 2 + (lines.map(\.0.count).max() ?? 0)
        return lines.map { name, summary in
            "  " + name.padding(toLength: width, withPad: " ", startingAt: 0) + summary
        }.joined(separator: "\n")
    }
}

/// A span of time: 30s, 90m, 8h.
struct Budget: ExpressibleByArgument {
    let seconds: Double

    init?(argument: String) {
        let units = ["s": 1.0, "m": 60, "h": 3600]
        guard let unit = argument.last.flatMap({ units[String($0)] }), let number = Double(argument.dropLast()),
            number > 0, number.isFinite
        else { return nil }
        seconds = number * unit
    }
}
