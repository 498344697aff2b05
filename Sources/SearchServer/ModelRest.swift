import Synchronization

/// Lets go of models that nobody has asked for a while.
struct ModelRest: Sendable {
    /// To be called before and after each use.
    let noteUse: @Sendable () -> Void
    /// Looks after the models until it is cancelled.
    let watch: @Sendable () async throws -> Void

    /// - Parameters:
    ///   - idle: How long after their last use they may stay.
    ///   - unload: Lets go of them; called again only after another use.
    init<Time: Clock>(after idle: Duration, clock: Time, unload: @escaping @Sendable () -> Void)
    where Time.Duration == Duration {
        let use = LastUse(clock.now)
        noteUse = { use.state.withLock { $0 = (clock.now, true) } }
        watch = {
            while true {
                let (last, isLoaded) = use.state.withLock { $0 }
                // Whoever uses them while they are away does so later than now.
                let due = (isLoaded ? last : clock.now).advanced(by: idle)
                try await clock.sleep(until: due, tolerance: nil)
                let isDue = use.state.withLock { state in
                    guard state.isLoaded, state.time.advanced(by: idle) <= clock.now else { return false }
                    state.isLoaded = false
                    return true
                }
                if isDue { unload() }
            }
        }
    }
}

/// When something was used last, and whether since it was let go of.
private final class LastUse<Instant: InstantProtocol>: Sendable {
    let state: Mutex<(time: Instant, isLoaded: Bool)>

    init(_ time: Instant) { state = Mutex((time, true)) }
}
