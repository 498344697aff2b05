package import AsCLBase
import Foundation
package import ImageEncoding

/// A picture to look at.
package struct PictureTask: Sendable {
    /// What it is called.
    package let name: PictureName
    /// Where it lies.
    package let path: String

    /// Makes a task.
    package init(name: PictureName, path: String) {
        self.name = name
        self.path = path
    }
}

/// What became of a task.
package struct PictureOutcome: Sendable {
    /// What there is now.
    package enum Result: Sendable {
        /// The features, as `RecordLayout` lays them out.
        case computed([UInt8])
        /// The content is in the store, or another worker has taken it on.
        case known
        case failed(PictureFailure)
    }

    /// The picture.
    package let task: PictureTask
    /// Of the file's bytes; nil where it could not be read.
    package let digest: ContentDigest?
    /// Of the file when it was read.
    package let stamp: FileStamp?
    /// What there is now.
    package let result: Result
    /// What the file says of the picture, where it was decoded.
    package var facts: PictureFacts?
}

/// What the workers and the thread that writes share: tasks go out, outcomes come back.
package final class ExtractionWork: @unchecked Sendable {
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
    package init(_ tasks: [PictureTask], known: Set<ContentDigest>, limit: Int) {
        rest = tasks[...]
        taken = known
        self.limit = limit
    }

    /// Starts threads that work until there are no tasks left.
    package func start(_ count: Int, _ worker: PictureWorker) {
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
    package func takeOutcomes(waiting seconds: Double) -> [PictureOutcome]? {
        locked {
            let end = Date(timeIntervalSinceNow: seconds)
            while outcomes.isEmpty, workerCount > 0, condition.wait(until: end) {}
            if outcomes.isEmpty, workerCount == 0 { return nil }
            defer { outcomes = [] }
            return outcomes
        }
    }

    /// Lets workers finish what they have in hand and no more.
    package func stop() { locked { isStopped = true } }

    /// Stops, and waits until the workers are gone.
    package func finish() {
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
