import Foundation
import Hummingbird
import PictureSearch
import Synchronization
import Testing

@testable import SearchServer

@Suite struct ModelRestTests {
    @Test func `models that nobody asks go, and the next search brings them back`() async throws {
        let photos = try ServedPhotos()
        let clock = MovedClock()
        var settings = ServerSettings()
        settings.unloadAfter = 10
        // No search can be in time: one that has to load first is not held to it.
        settings.seconds = 600
        let collection = try PictureCollection(index: photos.index)
        let server = SearchServer(
            collection, settings: settings, logger: .init(label: "test") { _ in LogLines() }, clock: clock)
        let watch = Task { try await server.rest?.watch() }
        defer { watch.cancel() }
        let client = RouteClient(server)
        await clock.move(minutes: 6)
        #expect(try await client.get("/api/search?q=cat&all=1").found.hits.count == 5)
        await clock.move(minutes: 6)
        #expect(collection.isLoaded)
        await clock.move(minutes: 5)
        #expect(!collection.isLoaded)
        #expect(try await client.get("/api/search?q=cat&all=1").found.hits.count == 5)
        #expect(collection.isLoaded)
        await clock.move(minutes: 9)
        #expect(collection.isLoaded)
        await clock.move(minutes: 1)
        #expect(!collection.isLoaded)
    }

    @Test func `the time of an answer does not count while models are loaded`() async throws {
        let queue = WorkQueue("test", atOnce: 1, waiting: 1, seconds: 0)
        #expect(try await queue.run(isTimed: false) { 7 } == 7)
    }
}

/// A clock that stands until a test moves it.
final class MovedClock: Clock {
    struct Instant: InstantProtocol {
        var elapsed: Duration
        func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
        func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
        static func < (left: Instant, right: Instant) -> Bool { left.elapsed < right.elapsed }
    }

    private struct Sleeper {
        let until: Instant
        let wake: CheckedContinuation<Void, Never>
    }

    private struct State {
        var now = Instant(elapsed: .zero)
        var sleepers: [Sleeper] = []
    }

    private let state = Mutex(State())
    let minimumResolution = Duration.zero
    var now: Instant { state.withLock { $0.now } }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if state.now >= deadline { return true }
                state.sleepers.append(Sleeper(until: deadline, wake: continuation))
                return false
            }
            if isOver { continuation.resume() }
        }
        try Task.checkCancellation()
    }

    /// Moves it on, and comes back when who was woken sleeps again.
    func move(minutes: Int) async {
        await untilSomebodySleeps()
        let woken = state.withLock { state in
            state.now.elapsed += .seconds(60 * minutes)
            let woken = state.sleepers.filter { $0.until <= state.now }
            state.sleepers.removeAll { $0.until <= state.now }
            return woken
        }
        woken.forEach { $0.wake.resume() }
        await untilSomebodySleeps()
    }

    private func untilSomebodySleeps() async {
        while state.withLock({ $0.sleepers.isEmpty }) { await Task.yield() }
    }
}
