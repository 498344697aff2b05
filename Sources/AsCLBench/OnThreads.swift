import Dispatch
import Synchronization

/// Calls `body` with 0..<count from several threads, each taking the next number; throws the first error.
func onThreads(
    _ threads: Int, _ count: Int, _ body: @escaping @Sendable (Int) throws -> Void
) throws {
    let next = Atomic<Int>(0)
    let failure = Mutex<(any Error)?>(nil)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
        while true {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if index >= count { return }
            do { try body(index) } catch { failure.withLock { $0 = $0 ?? error } }
        }
    }
    if let error = failure.withLock({ $0 }) { throw error }
}
