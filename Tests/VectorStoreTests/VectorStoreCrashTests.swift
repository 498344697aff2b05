import AsCLBase
import Foundation
import Testing

@testable import VectorStore

/// A process is killed at each moment of its writing. What it had said to be done is there, and nothing else is but the
/// whole of what it was at.
@Suite struct VectorStoreCrashTests {
    static let cases = WriterSettings.Moment.allCases.flatMap { moment in (1...2).map { (moment, $0) } }
        .filter { !([.compactedWritten, .compactedListed, .oldRemoved].contains($0.0) && $0.1 == 2) }

    @Test(arguments: cases)
    func `a kill loses nothing that was done`(_ moment: WriterSettings.Moment, _ times: Int) async throws {
        let folder = try StoreFolder()
        let path = folder.path
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, moment = moment as WriterSettings.Moment, times = times as Int] in
            try Work(path).run(killedAt: moment, times)
        }
        let done = try Work(path).done()
        try folder.write(".other.partial", [1])
        let store = try folder.open()
        try store.verify()
        let all = Work.steps
        let (now, next) = (all.prefix(done), all.prefix(done + 1))
        let present = Set(try store.search(queries: [Work.vector(0)], top: 1000).joined().map(\.id))
        #expect(present == Work.ids(after: now) || present == Work.ids(after: next), "after \(done) steps")
        for id in present {
            let vector = try #require(store.vector(of: id))
            let expected = Work.vector(id)
            #expect(zip(vector, expected).allSatisfy { abs($0 - $1) < 1e-3 })
        }
        // It goes on as if nothing had been.
        try store.append(ids: [1000], vectors: Work.vector(1000))
        try store.compact()
        #expect(
            Set(try folder.open(.reading).search(queries: [Work.vector(0)], top: 1000)[0].map(\.id))
                == present.union([1000]))
        #expect(try folder.names.filter { $0.hasPrefix("deleted.") || $0.hasPrefix(".") } == [".other.partial"])
    }
}

/// A write fails at each moment, as on a full disk, and the program goes on.
@Suite struct VectorStoreFailureTests {
    private struct Full: Error {}

    @Test(arguments: WriterSettings.Moment.allCases, [1, 2])
    func `what failed can be done again, and nothing else is lost`(
        _ moment: WriterSettings.Moment, _ times: Int
    ) throws {
        let folder = try StoreFolder()
        let left = Countdown(times)
        let settings = WriterSettings(segmentSize: 400) { if $0 == moment, left.next() == 0 { throw Full() } }
        func open() throws -> VectorStore {
            try VectorStore(
                folder: folder.path, dimension: 8, fingerprint: "m1", mode: .writing, threads: 1, settings: settings)
        }
        var store: VectorStore? = try open()
        var failures = 0
        for step in Work.steps {
            do { try Work.perform(step, #require(store)) } catch is Full {
                failures += 1
                do { try Work.perform(step, #require(store)) } catch let error as InputError {
                    #expect(moment == .compactedListed && error.description.contains("open the store anew"))
                    store = nil
                    store = try open()
                    try Work.perform(step, #require(store))
                }
            }
        }
        let isOnce: Set<WriterSettings.Moment> = [.compactedWritten, .compactedListed, .oldRemoved]
        #expect(failures == (isOnce.contains(moment) && times > 1 ? 0 : 1))
        let query = Work.vector(0)
        let found = try #require(store).search(queries: [query], top: 1000)
        #expect(Set(found[0].map(\.id)) == Work.ids(after: Work.steps))
        let reader = try folder.open(.reading)
        try reader.verify()
        #expect(try reader.search(queries: [query], top: 1000) == found)
        store = nil
        #expect(try folder.open().search(queries: [query], top: 1000) == found)
    }
}

/// What the killed process does.
struct Work {
    enum Step: Sendable {
        case append(ClosedRange<Int64>)
        case delete([Int64])
        case compact
    }

    static let steps: [Step] = [
        .append(1...20), .append(21...30), .delete([3, 4, 25]), .append(31...33), .compact, .append(40...45),
        .delete([40]),
    ]

    private let folder: String
    private var log: String { folder + ".done" }

    init(_ folder: String) { self.folder = folder }

    static func vector(_ id: Int64) -> [Float] { clustered(1, 8, seed: UInt64(id) + 77) }

    static func ids(after steps: some Sequence<Step>) -> Set<Int64> {
        steps.reduce(into: []) { ids, step in
            switch step {
            case .append(let range): ids.formUnion(range)
            case .delete(let gone): ids.subtract(gone)
            case .compact: break
            }
        }
    }

    static func perform(_ step: Step, _ store: VectorStore) throws {
        switch step {
        case .append(let ids): try store.append(ids: Array(ids), vectors: ids.flatMap(Self.vector))
        case .delete(let ids): try store.delete(ids: ids)
        case .compact: try store.compact()
        }
    }

    /// How many steps were reported done.
    func done() throws -> Int { (try? Data(contentsOf: URL(fileURLWithPath: log)).count) ?? 0 }

    func run(killedAt moment: WriterSettings.Moment, _ times: Int) throws {
        let left = Countdown(times)
        // Each append fills a segment.
        let settings = WriterSettings(segmentSize: 1) {
            if $0 == moment, left.next() == 0 { kill(getpid(), SIGKILL) }
        }
        let store = try VectorStore(
            folder: folder, dimension: 8, fingerprint: "m1", mode: .writing, threads: 1, settings: settings)
        for (place, step) in Self.steps.enumerated() {
            try Self.perform(step, store)
            try Data(repeating: 1, count: place + 1).write(to: URL(fileURLWithPath: log))
        }
    }
}

/// Counts down from a number; used by one thread.
private final class Countdown: @unchecked Sendable {
    private var left: Int

    init(_ left: Int) { self.left = left }

    func next() -> Int {
        left -= 1
        return left
    }
}
