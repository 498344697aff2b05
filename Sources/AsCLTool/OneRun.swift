import ArgumentParser
import Foundation
import RetrievalExperiments

/// One run of an experiment in a process of its own: what `ascl experiment` adds to its own arguments to have it done.
struct OneRunOptions: ParsableArguments {
    @Option(name: .customLong("one-run"))
    var run: OneRun?

    @Option(name: .customLong("one-run-until"))
    var until: Double = Date.distantFuture.timeIntervalSinceReferenceDate

    @Flag(name: .customLong("one-run-first"))
    var isFirst = false

    /// Does the run, and stops when the process that wants it is gone.
    func perform(_ run: OneRun, _ runner: ExperimentRunner, retrying: Bool) throws {
        OwnProcess.stopWithParent()
        do {
            try runner.runAlone(
                run.name, seed: run.seed, retrying: retrying, checkingBudget: isFirst,
                until: Date(timeIntervalSinceReferenceDate: until))
        } catch ExperimentError.interrupted(let signal) {
            throw ExitCode(128 + signal)
        }
    }
}

/// A run by its variant's name and its seed: `full/0`.
struct OneRun: ExpressibleByArgument {
    let name: String
    let seed: Int

    init?(argument: String) {
        let parts = argument.split(separator: "/")
        guard parts.count == 2, let seed = Int(parts[1]) else { return nil }
        (name, self.seed) = (String(parts[0]), seed)
    }

    /// Starts this very program again for one run, and waits for its end; a signal that comes meanwhile is passed on.
    static func launch(
        _ name: String, seed: Int, checkingBudget: Bool, until deadline: Date
    ) throws -> ExperimentRunner.ProcessEnd {
        let arguments = [
            "--one-run", "\(name)/\(seed)", "--one-run-until", "\(deadline.timeIntervalSinceReferenceDate)",
        ]
        return switch try OwnProcess.run(adding: arguments + (checkingBudget ? ["--one-run-first"] : [])) {
        case .exited(let status): .exited(status)
        case .killed(let signal): .killed(signal: signal)
        }
    }
}
