import ArrayFiles
import AsCLBase
package import Foundation
package import RetrievalTraining
import TextEncoding
package import Torch

/// Does the runs of experiments one after the other, seed by seed, and goes on where an earlier call stopped.
package struct ExperimentRunner {
    /// How a call ended.
    package enum End: Sendable, Equatable {
        /// Every run has an outcome.
        case complete
        /// The budget is used up; so many runs have no outcome yet.
        case outOfTime(left: Int)
    }

    /// How another process that did a run ended.
    package enum ProcessEnd: Sendable, Equatable {
        /// By itself, with a status.
        case exited(Int32)
        /// By a signal.
        case killed(signal: Int32)
    }

    /// Does a run in another process by calling `runAlone` there, so that not even one that runs out of memory takes the
    /// others along. The last two arguments are those of `runAlone`.
    package typealias Launch = (_ name: String, _ seed: Int, _ checkingBudget: Bool, Date) throws -> ProcessEnd

    /// Where runs are.
    package let folder: ExperimentFolder
    /// What they differ from.
    package let base: TrainingConfiguration
    /// What they train on and report.
    package let splits: ExperimentSplits
    let device: Device
    let report: (String) -> Void
    let meter: (String) -> (Int, Int) -> Void
    let stopSignal: () -> Int32?
    /// Bytes that the words of the training's captions and positives may take on the disk, to save the runs work.
    var mostWordBytes = 8 << 30
    /// Pictures of the collections in which first stages are timed.
    var collections = FirstStageCost.sizes
    private let launch: Launch?
    /// Every experiment's variants and what they come to, read once: settings are YAML.
    private let known: [(variant: Variant, configuration: TrainingConfiguration)]

    /// Opens the folder of the experiments.
    /// - Parameters:
    ///   - report: Gets a line of text where there is something to tell.
    ///   - meter: Makes a receiver of progress under a label.
    ///   - stopSignal: Asked again and again: the signal that wants the work to stop, if one came.
    ///   - launch: Gives each run a process of its own; without it they are done in this one.
    /// - Throws: `InputError` when the folder holds experiments on other data or another base configuration.
    package init(
        folder: String, base: TrainingConfiguration, splits: ExperimentSplits, device: Device,
        report: @escaping (String) -> Void = { _ in },
        meter: @escaping (String) -> (Int, Int) -> Void = { _ in { _, _ in } },
        stopSignal: @escaping () -> Int32? = { nil }, launch: Launch? = nil
    ) throws {
        self.folder = try ExperimentFolder(folder, base: base, splits: splits)
        self.base = base
        self.splits = splits
        // For people to look at what the probe asks.
        let cases = folder + "/probe.json"
        if !splits.probe.isEmpty, !FileManager.default.fileExists(atPath: cases) { try splits.probe.write(to: cases) }
        self.device = device
        self.report = report
        self.meter = meter
        self.stopSignal = stopSignal
        self.launch = launch
        var seen: Set<Variant> = []
        // What does not go with this base is the same as none that does.
        known = Experiment.allCases.flatMap(\.variants).filter { seen.insert($0).inserted }.compactMap { variant in
            (try? variant.configuration(base, seed: 0)).map { (variant, $0) }
        }
    }

    /// One training to do.
    struct Job {
        let variant: Variant
        let seed: Int
        let name: String
        let configuration: TrainingConfiguration
    }

    /// The folder name of a variant: that of the first variant there is with the same configuration, so that what two
    /// experiments share is run once.
    package func name(of variant: Variant) throws -> String {
        let wanted = try variant.configuration(base, seed: 0)
        let same = known.first {
            $0.variant.needs == variant.needs && $0.variant.isTrained == variant.isTrained && $0.configuration == wanted
        }
        return same?.variant.name ?? variant.name
    }

    /// The outcome of a variant's run, nil when it has none yet.
    package func outcome(_ variant: Variant, seed: Int) throws -> Outcome? {
        try folder.outcome(
            name(of: variant), seed: seed, configuration: variant.configuration(base, seed: seed).yaml())
    }

    /// Does what experiments need and has not been done: trainings, then studies of what they left.
    /// - Parameters:
    ///   - seeds: Runs of each variant; nil takes each experiment's own number.
    ///   - retrying: Whether failed runs are done again.
    ///   - deadline: When to stop; a run that is cut short goes on with the next call.
    /// - Throws: As `run(_:seeds:retrying:until:)`.
    package func run(
        _ experiments: [Experiment], seeds: Int? = nil, retrying: Bool = false,
        until deadline: Date = .distantFuture
    ) throws -> End {
        // By number of seeds, so that each pass is seed by seed over all experiments that still want one.
        var done = 0
        for count in Set(experiments.map { seeds ?? $0.seeds }).sorted() {
            let wanting = experiments.filter { (seeds ?? $0.seeds) >= count }
            let end = try run(
                wanting.flatMap(\.variants), seeds: done..<count, retrying: retrying, until: deadline)
            guard end == .complete else { return end }
            done = count
        }
        let all = 0..<(experiments.map { seeds ?? $0.seeds }.max() ?? 0)
        return try study(experiments, seeds: all, until: deadline) ? .complete : .outOfTime(left: 0)
    }

    /// Does the runs that have no outcome yet.
    /// - Parameters:
    ///   - retrying: Whether failed runs are done again.
    ///   - deadline: When to stop; a run that is cut short goes on with the next call.
    /// - Throws: `ExperimentError.budget` before anything is trained when no run can end in time, and
    ///   `ExperimentError.interrupted` after a signal.
    package func run(
        _ variants: [Variant], seeds: Range<Int>, retrying: Bool = false, until deadline: Date = .distantFuture
    ) throws -> End {
        var jobs: [Job] = []
        var names: Set<String> = []
        // Seeds outermost: an early end leaves every row of a table with as many seeds.
        for seed in seeds {
            for variant in variants {
                let name = try name(of: variant)
                guard names.insert("\(name)/\(seed)").inserted else { continue }
                guard try outcome(variant, seed: seed, retrying: retrying) == nil else { continue }
                jobs.append(
                    Job(
                        variant: variant, seed: seed, name: name,
                        configuration: try variant.configuration(base, seed: seed)))
            }
        }
        guard !jobs.isEmpty else { return .complete }
        var isFirst = true
        var left = jobs
        // The first is looked at even if preparations took all the time, for the user to be told how much it needs.
        while isFirst || Date.now < deadline, let free = try nextFree(left, until: deadline) {
            let job = left.remove(at: free.place)
            // Another process may have done it meanwhile.
            guard try outcome(job.variant, seed: job.seed, retrying: retrying) == nil else { continue }
            report("run \(jobs.count - left.count) of \(jobs.count): \(job.name), seed \(job.seed)")
            // The process that does the run holds it itself.
            if launch != nil { free.lock.release() }
            let isDone =
                if let launch {
                    try launched(job, launch, checkingBudget: isFirst, until: deadline)
                } else {
                    try withExtendedLifetime(free.lock) { try attempt(job, checkingBudget: isFirst, until: deadline) }
                }
            if !isDone { left.append(job) }
            isFirst = false
        }
        return left.isEmpty ? .complete : .outOfTime(left: left.count)
    }

    /// Does one run, unless it has an outcome or another process took it between its being found free and this: the
    /// caller looks for another then, where waiting would leave a core idle.
    /// - Parameters:
    ///   - name: The variant's `name(of:)`.
    ///   - checkingBudget: Whether to refuse a run that cannot end in time.
    /// - Throws: As `run(_:seeds:retrying:until:)`.
    package func runAlone(
        _ name: String, seed: Int, retrying: Bool, checkingBudget: Bool, until deadline: Date
    ) throws {
        guard let variant = Experiment.allCases.flatMap(\.variants).first(where: { $0.name == name }) else { return }
        guard let lock = try FolderLock(folder.run(name, seed: seed), isWaiting: false) else { return }
        try withExtendedLifetime(lock) {
            guard try outcome(variant, seed: seed, retrying: retrying) == nil else { return }
            let configuration = try variant.configuration(base, seed: seed)
            let job = Job(variant: variant, seed: seed, name: name, configuration: configuration)
            _ = try attempt(job, checkingBudget: checkingBudget, until: deadline)
        }
    }

    /// Lets another process do a run; false when time ran out before the end.
    private func launched(
        _ job: Job, _ launch: Launch, checkingBudget: Bool, until deadline: Date
    ) throws -> Bool {
        switch try launch(job.name, job.seed, checkingBudget, deadline) {
        case .exited(0): return try outcome(job.variant, seed: job.seed) != nil
        case .exited(let status) where status > 128: throw ExperimentError.interrupted(signal: status - 128)
        case .exited(let status): throw ExperimentError.ended(status: status)
        case .killed(let signal):
            try checkStop()
            // The system sends 9 to whoever takes too much memory.
            try fail(job, "its process was ended by signal \(signal)" + (signal == SIGKILL ? ", out of memory?" : ""))
            return true
        }
    }

    /// The first run that no other process is at, held; waits where all are taken. Nil when there is none or no time.
    private func nextFree(_ jobs: [Job], until deadline: Date) throws -> (place: Int, lock: FolderLock)? {
        while !jobs.isEmpty {
            for (place, job) in jobs.enumerated() {
                // A student waits for its teacher.
                let isEarly = job.variant.needs.contains { needed in
                    !FileManager.default.fileExists(atPath: folder.run(needed, seed: job.seed) + "/result.json")
                        && jobs.contains { $0.name == needed && $0.seed == job.seed }
                }
                if isEarly { continue }
                if let lock = try FolderLock(folder.run(job.name, seed: job.seed), isWaiting: false) {
                    return (place, lock)
                }
            }
            try checkStop()
            guard Date.now < deadline else { return nil }
            Thread.sleep(forTimeInterval: 1)
        }
        return nil
    }

    /// - Throws: `ExperimentError.interrupted` once somebody wants the work to stop.
    func checkStop() throws {
        if let signal = stopSignal() { throw ExperimentError.interrupted(signal: signal) }
    }

    /// The outcome of a run; a failure is none when it is to be tried again.
    private func outcome(_ variant: Variant, seed: Int, retrying: Bool) throws -> Outcome? {
        let outcome = try outcome(variant, seed: seed)
        if retrying, case .failed = outcome { return nil }
        return outcome
    }

    /// Does a run, or writes down why it cannot be done: one row of a table is lost then, not the table. False when time
    /// ran out before the end.
    private func attempt(_ job: Job, checkingBudget: Bool, until deadline: Date) throws -> Bool {
        try checkStop()
        let encoder = try TextEncoder(directory: TextEncoder.find(base.textEncoder.path), device: device)
        do {
            return try train(job, encoder, until: deadline, checkingBudget: checkingBudget)
        } catch let error as ExperimentError {
            throw error
        } catch {
            try fail(job, "\(error)")
            return true
        }
    }

    private func fail(_ job: Job, _ reason: String) throws {
        report("\(job.name), seed \(job.seed): \(reason)")
        try folder.write(
            RunFailure(configuration: job.configuration.yaml(), reason: reason), to: "failure.json", of: job.name,
            seed: job.seed)
    }
}
