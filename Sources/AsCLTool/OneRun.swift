import ArgumentParser
import CommandLineOptions
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
        let parent = getppid()
        Thread.detachNewThread {
            while getppid() == parent { Thread.sleep(forTimeInterval: 0.5) }
            kill(getpid(), SIGTERM)
        }
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
        let process = Process()
        process.executableURL = Bundle.main.executableURL
        process.arguments =
            CommandLine.arguments.dropFirst() + [
                "--one-run", "\(name)/\(seed)", "--one-run-until", "\(deadline.timeIntervalSinceReferenceDate)",
            ] + (checkingBudget ? ["--one-run-first"] : [])
        try process.run()
        var isTold = false
        while process.isRunning {
            if let signal = InterruptFlag.signalNumber, !isTold {
                kill(process.processIdentifier, signal)
                isTold = true
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        process.waitUntilExit()
        let status = process.terminationStatus
        return process.terminationReason == .uncaughtSignal ? .killed(signal: status) : .exited(status)
    }
}
