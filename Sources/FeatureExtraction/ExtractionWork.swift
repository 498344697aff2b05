import AsCLBase
import Foundation

/// A picture to look at.
struct PictureTask: Sendable {
    let name: PictureName
    let path: String
}

/// What became of a task.
struct PictureOutcome: Sendable {
    enum Result: Sendable {
        /// The features, as `RecordLayout` lays them out.
        case computed([UInt8])
        /// The content is in the store, or another worker has taken it on.
        case known
        case failed(PictureFailure)
    }

    let task: PictureTask
    /// Nil where the file could not be read.
    let digest: ContentDigest?
    let stamp: FileStamp?
    let result: Result
}

/// What the workers and the thread that writes share: tasks go out, outcomes come back.
final class ExtractionWork: @unchecked Sendable {
    // Everything below is touched only while the condition is locked.
    private let condition = NSCondition()
    private var rest: ArraySlice<PictureTask>
    private var taken: Set<ContentDigest>
    private var outcomes: [PictureOutcome] = []
    private var workerCount = 0
    private var isStopped = false
    private let limit: Int

    /// - Parameters:
    ///   - known: Contents that need no work.
    ///   - limit: Outcomes that may wait to be written before workers pause.
    init(_ tasks: [PictureTask], known: Set<ContentDigest>, limit: Int) {
        rest = tasks[...]
        taken = known
        self.limit = limit
    }

    /// Starts threads that work until there are no tasks left.
    func start(_ count: Int, _ worker: PictureWorker) {
        locked { workerCount = count }
        for _ in 0..<count {
            Thread {
                while case let tasks = self.nextTasks(worker.batchSize), !tasks.isEmpty {
                    self.report(worker.outcomes(of: tasks, claiming: self.claim))
                }
                self.locked { self.workerCount -= 1 }
            }.start()
        }
    }

    /// Waits for outcomes, at most for `seconds`; nil when the workers are gone and there are none left.
    func takeOutcomes(waiting seconds: Double) -> [PictureOutcome]? {
        locked {
            let end = Date(timeIntervalSinceNow: seconds)
            while outcomes.isEmpty, workerCount > 0, condition.wait(until: end) {}
            if outcomes.isEmpty, workerCount == 0 { return nil }
            defer { outcomes = [] }
            return outcomes
        }
    }

    /// Lets workers finish what they have in hand and no more.
    func stop() { locked { isStopped = true } }

    /// Stops, and waits until the workers are gone.
    func finish() {
        stop()
        while takeOutcomes(waiting: 1) != nil {}
    }

    private func nextTasks(_ count: Int) -> [PictureTask] {
        locked {
            guard !isStopped else { return [] }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
    }

    /// Whether the caller is the one to work on a content.
    private func claim(_ digest: ContentDigest) -> Bool { locked { taken.insert(digest).inserted } }

    private func report(_ new: [PictureOutcome]) {
        locked {
            while outcomes.count >= limit, !isStopped { condition.wait() }
            outcomes += new
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        condition.lock()
        defer {
            condition.broadcast()
            condition.unlock()
        }
        return body()
    }
}
