import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import RetrievalTraining
import Torch

/// The processes that a launcher has started to train together, as this one of them sees it; or this one alone.
struct TrainingRanks {
    /// The processes; nil where this one is alone.
    let group: ProcessGroup?
    /// What the launcher says; nil where there is none.
    private let launch: Launch?

    private static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Joins the others, if a launcher speaks of any.
    init(isDryRun: Bool) throws {
        launch = try Launch(environment: Self.environment)
        guard let launch, launch.size > 1 else {
            group = nil
            return
        }
        if isDryRun {
            throw ValidationError(
                "--dry-run rehearses one process: expected no launcher, found \(launch.rankVariable)=\(launch.rank) of "
                    + "\(launch.size)")
        }
        group = try .joined(launch, at: Launch.meetingPlace(environment: Self.environment))
    }

    /// Whether this is the process that speaks and writes.
    var isFirst: Bool { group.map { $0.rank == 0 } ?? true }

    /// What to do about a run in the output folder. Started again by its launcher, a run goes on: the command is the same.
    func existing(_ asked: RunFolder.Existing, in folder: String) -> RunFolder.Existing {
        let isAgain = (launch?.restarts ?? 0) > 0 && FileManager.default.fileExists(atPath: folder)
        return isAgain ? .resume : asked
    }

    /// Prints a line, once for all processes.
    func say(_ line: String) { if isFirst { Terminal.say(line) } }

    /// Sets how many threads compute: as asked, as the environment says, or this process's share of its host's cores.
    func setThreads(_ asked: Int?) throws {
        if let asked { return try Torch.setThreadCount(asked) }
        guard let group else { return }
        let host = ProcessInfo.processInfo.hostName
        let neighbours = try group.gathered(host).count { $0 == host }
        guard let given = Self.environment["OMP_NUM_THREADS"] else {
            return try Torch.setThreadCount(max(1, Torch.threadCount / neighbours))
        }
        if given == "1", Self.environment["TORCHELASTIC_RUN_ID"] != nil {
            say(
                "one thread a rank, as OMP_NUM_THREADS=1 says, which torchrun sets where nobody does; --threads has its way"
            )
        }
    }

    /// The device asked for, or a card of this process's own.
    func device(_ asked: Device?) throws -> Device {
        if asked == nil, let launch, group != nil, Device.cudaCount > 0 {
            return .cuda(launch.localRank % Device.cudaCount)
        }
        return try .chosen(asked)
    }

    /// Process 0's text, for all.
    func shared(_ text: () throws -> String) throws -> String {
        let own = isFirst ? try text() : ""
        return try group?.gathered(own)[0] ?? own
    }
}
