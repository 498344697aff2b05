import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import Torch

/// Processes of this test, each started with a number of its own. Whether each ends well is what the tests ask.
@Suite struct ProcessGroupTests {
    @Test(arguments: [2, 3])
    func `processes gather, sum and share`(_ size: Int) async {
        let port = FreePort.find()
        await withTaskGroup(of: Void.self) { tasks in
            for rank in 0..<size {
                tasks.addTask {
                    await #expect(processExitsWith: .success) {
                        [rank = rank as Int, size = size as Int, port = port as UInt16] in
                        let group = try Member(rank, of: size, at: port).join(within: 60)
                        // Uneven: one row more than the number, and none of the last.
                        let counts = (0..<size).map { $0 + 1 < size ? $0 + 1 : 0 }
                        let own = try Tensor.full([counts[rank], 2], Double(rank))
                        let all: [Float] = try group.gathered(rows: own, of: counts).array()
                        try expect(all == (0..<size).flatMap { [Float](repeating: Float($0), count: 2 * counts[$0]) })
                        try expect(group.sum(rank + 1) == size * (size + 1) / 2)
                        try expect(group.gathered("rank \(rank)ä") == (0..<size).map { "rank \($0)ä" })
                        let tensor = try Tensor.full([3], Double(rank) + 5)
                        try group.share([tensor])
                        try expect(tensor.array(Float.self) == [5, 5, 5])
                        group.leave()
                    }
                }
            }
        }
    }

    /// 1e8 + 1 - 1e8 in float32 is 0 or 1 by the order: all have the same, and the same again.
    @Test func `sums have the same bits in every process and every time`() async throws {
        let port = FreePort.find()
        let folder = try ScratchFolder()
        let path = folder.path
        await withTaskGroup(of: Void.self) { tasks in
            for rank in 0..<3 {
                tasks.addTask {
                    await #expect(processExitsWith: .success) {
                        [rank = rank as Int, port = port as UInt16, path = path as String] in
                        let group = try Member(rank, of: 3, at: port).join(within: 60)
                        let own = try Tensor.normal([100_001], generator: Generator(seed: UInt64(rank))) * 1e4
                        var sums: [[Float]] = []
                        for _ in 0..<4 {
                            let copy = try own.cloned()
                            try group.beginSum(copy).wait()
                            sums.append(try copy.array())
                        }
                        try expect(Set(sums).count == 1)
                        try sums[0].withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: "\(path)/\(rank)")) }
                        group.leave()
                    }
                }
            }
        }
        let sums = try (0..<3).map { try folder.data("\($0)") }
        #expect(Set(sums).count == 1 && sums[0].count == 400_004)
    }

    @Test func `the launcher's own store is used, and a second start finds no trace of the first`() async throws {
        // This process stands in for torchrun's agent.
        let agent = try Member(0, of: 2, at: FreePort.find())
        let store = try agent.store()
        let port = agent.place.port
        for restart in 0..<2 {
            await withTaskGroup(of: Void.self) { tasks in
                for rank in 0..<2 {
                    tasks.addTask {
                        await #expect(processExitsWith: .success) {
                            [rank = rank as Int, port = port as UInt16, restart = restart as Int] in
                            let group = try Member(rank, of: 2, at: port, isServed: true, restart: restart).join(
                                within: 60)
                            try expect(group.sum(1) == 2)
                            group.leave()
                        }
                    }
                }
            }
        }
        withExtendedLifetime(store) {}
    }

    @Test func `one that ends is told to the others in a line`() async {
        let port = FreePort.find()
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                await #expect(processExitsWith: .signal(SIGKILL)) { [port = port as UInt16] in
                    let group = try Member(0, of: 2, at: port).join(within: 60)
                    _ = try group.sum(1)
                    kill(getpid(), SIGKILL)
                }
            }
            tasks.addTask {
                await #expect(processExitsWith: .success) { [port = port as UInt16] in
                    let group = try Member(1, of: 2, at: port).join(within: 60)
                    _ = try group.sum(1)
                    var line = ""
                    do { _ = try group.sum(1) } catch { line = "\(error)" }
                    try expect(
                        line.hasPrefix(
                            "rank 1 of 2: expected the other ranks to go on, found one that has ended or cannot be reached ("
                        )
                            && !line.contains("pair.cc"))
                    exit(0)
                }
            }
        }
    }

    @Test func `a port in use, a store that nobody serves and processes that do not come are told`() throws {
        let first = try Member(0, of: 2, at: FreePort.find())
        func line(_ member: Member) throws -> String {
            let error = try #require(throws: InputError.self) { _ = try member.join() }
            return "\(error)"
        }
        #expect(try line(first) == "rank 0 of 2: \(first.place): expected 2 processes within 1 s, found 1")
        let store = try first.store()
        #expect(
            try line(first)
                == "environment: MASTER_PORT: expected a free port of 127.0.0.1, found \(first.place.port), which is in use"
        )
        withExtendedLifetime(store) {}
        let lonely = try Member(1, of: 2, at: FreePort.find())
        let told = try line(lonely)
        #expect(told.hasPrefix("rank 1 of 2: \(lonely.place): expected an answer within 1 s, found none ("))
        #expect(!told.contains("\n"))
    }

    @Test func `processes that contradict each other are told`() throws {
        let first = try Member(0, of: 2, at: FreePort.find())
        let store = try first.store()
        try store.expect(first.launch)
        let second = try Member(0, of: 2, at: first.place.port, isServed: true).store()
        let twin = try #require(throws: InputError.self) { try second.expect(first.launch, as: "another") }
        #expect(
            "\(twin)"
                == "environment: RANK: expected a number of its own for another, found 0, which \(MeetingStore.ownName) has"
        )
        let wide = try Member(1, of: 3, at: first.place.port, isServed: true)
        let other = try #require(throws: InputError.self) { _ = try wide.join() }
        #expect(
            "\(other)" == "environment: number of processes: expected 2, as another process has, found 3")
        withExtendedLifetime(store) {}
    }
}

/// One of several processes, as a launcher's variables describe it; it waits a second for the others, or a minute where they
/// are to come.
private struct Member {
    let launch: Launch
    let place: Launch.MeetingPlace

    init(_ rank: Int, of size: Int, at port: UInt16, isServed: Bool = false, restart: Int = 0) throws {
        let environment = [
            "RANK": "\(rank)", "WORLD_SIZE": "\(size)", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)",
            "TORCHELASTIC_RESTART_COUNT": "\(restart)", "TORCHELASTIC_USE_AGENT_STORE": isServed ? "True" : "False",
        ]
        launch = try #require(try Launch(environment: environment))
        place = try Launch.meetingPlace(environment: environment)
    }

    func store() throws -> MeetingStore { try MeetingStore(launch, at: place, .init(joining: 1)) }

    func join(within seconds: Double = 1) throws -> ProcessGroup {
        try .joined(launch, at: place, .init(joining: seconds, working: 60))
    }
}

/// In a process of its own a failed expectation has to be its end.
private func expect(_ isTrue: Bool, line: Int = #line) throws {
    guard isTrue else { throw InputError(place: "line \(line)", expected: "what the test says", found: "otherwise") }
}
