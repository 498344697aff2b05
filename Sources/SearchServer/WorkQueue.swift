import Dispatch
import Foundation
import Synchronization

/// Threads for work that takes its time, so that no connection waits for another's: so many at once, so many waiting, and
/// whoever comes then is told to come back.
final class WorkQueue: Sendable {
    private let threads: OperationQueue
    private let most: Int
    private let seconds: Double
    private let admitted = Mutex(0)

    init(_ name: String, atOnce: Int, waiting: Int, seconds: Double) {
        threads = OperationQueue()
        threads.name = name
        threads.maxConcurrentOperationCount = atOnce
        most = atOnce + waiting
        self.seconds = seconds
    }

    /// The result of work done on one of the threads.
    ///
    /// Work that nobody waits for any more, because its time is over or the request gone, is not begun.
    /// - Parameter isTimed: Whether the queue's time limit holds.
    /// - Throws: `RequestProblem` where there is no room or it takes too long, and what the work throws.
    func run<Value: Sendable>(
        isTimed: Bool = true, _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let hasRoom = admitted.withLock { count in
            guard count < most else { return false }
            count += 1
            return true
        }
        guard hasRoom else { throw RequestProblem.overloaded }
        let answer = PendingAnswer<Value>()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                answer.await(continuation)
                threads.addOperation { [self] in
                    if answer.isAwaited { answer.give(Result(catching: work)) }
                    admitted.withLock { $0 -= 1 }
                }
                guard isTimed else { return }
                DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
                    answer.give(.failure(RequestProblem.tooSlow))
                }
            }
        } onCancel: {
            answer.give(.failure(CancellationError()))
        }
    }
}

/// An answer that is given once, whoever comes first.
private final class PendingAnswer<Value: Sendable>: Sendable {
    private enum State {
        case new
        case awaited(CheckedContinuation<Value, any Error>)
        case given(Result<Value, any Error>)
        case taken
    }

    private let state = Mutex(State.new)

    var isAwaited: Bool { state.withLock { if case .awaited = $0 { true } else { false } } }

    func await(_ continuation: CheckedContinuation<Value, any Error>) {
        let early = state.withLock { state -> Result<Value, any Error>? in
            if case .given(let result) = state {
                state = .taken
                return result
            }
            state = .awaited(continuation)
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    func give(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .new:
                state = .given(result)
                return nil
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .given, .taken: return nil
            }
        }
        waiting?.resume(with: result)
    }
}
