import AsCLBase
import Foundation
import Testing

@testable import VectorStore

@Suite struct NeighbourGraphTests {
    private let folder: StoreFolder
    private let store: VectorStore
    private let queries: [[Float]]

    init() throws {
        folder = try StoreFolder(dimension: 16)
        store = try folder.open()
        try store.append(ids: (0..<3000).map { Int64($0) * 2 }, vectors: clustered(3000, 16))
        queries = rows(clustered(40, 16, seed: 9), 16)
    }

    /// Which part of what a scan finds a graph finds.
    private func recall(_ graph: NeighbourGraph) throws -> Double {
        let found = try #require(try graph.search(queries: queries, top: 10))
        let exact = try store.search(queries: queries, top: 10)
        let both = zip(found, exact).reduce(0) { $0 + Set($1.0.map(\.id)).intersection($1.1.map(\.id)).count }
        return Double(both) / Double(10 * queries.count)
    }

    private func made(_ store: VectorStore) throws -> (NeighbourGraph, rows: [Int]) {
        var rows: [Int] = []
        let graph = try NeighbourGraph(of: store) { done, _ in rows.append(done) }
        return (graph, rows)
    }

    @Test func `it finds what a scan finds, with the same scores in the same order`() throws {
        let (graph, _) = try made(store)
        #expect(try recall(graph) > 0.97)
        let exact = try store.search(queries: queries, top: 10)
        for (found, exact) in zip(try #require(try graph.search(queries: queries, top: 10)), exact) {
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.score >= $1.score })
            for match in found where exact.contains(where: { $0.id == match.id }) { #expect(exact.contains(match)) }
        }
    }

    @Test func `it is kept, and only what came since is added`() throws {
        _ = try made(store)
        #expect(try made(store).rows.isEmpty)
        try store.append(ids: (0..<500).map { Int64($0) * 2 + 1 }, vectors: clustered(500, 16, seed: 3))
        let reader = try folder.open(.reading)
        let (graph, rows) = try made(reader)
        #expect(rows == [3500])
        #expect(try recall(graph) > 0.97)
    }

    @Test func `what is put in and deleted meanwhile is found, and is not`() throws {
        let (graph, _) = try made(store)
        let vector = clustered(1, 16, seed: 77)
        try store.append(ids: [99_999], vectors: vector)
        #expect(try #require(try graph.search(queries: [vector], top: 3))[0].first?.id == 99_999)
        try store.delete(ids: [99_999])
        #expect(try #require(try graph.search(queries: [vector], top: 3))[0].allSatisfy { $0.id != 99_999 })
        try store.delete(ids: (0..<2995).map { Int64($0) * 2 })
        // Where nearly all that is near was deleted, the scan has to find what is left.
        #expect(try graph.search(queries: [vector], top: 5).map { $0[0].count == 5 } ?? true)
    }

    @Test func `rows that were numbered anew want a graph made anew`() throws {
        let (graph, _) = try made(store)
        try store.delete(ids: (0..<1000).map { Int64($0) * 2 })
        try store.compact()
        #expect(try graph.search(queries: queries, top: 10) == nil)
        let (again, rows) = try made(store)
        #expect(rows.last == 2000)
        #expect(try recall(again) > 0.97)
        #expect(try folder.names.filter { $0.hasPrefix("neighbours.") } == ["neighbours.1", "neighbours.1.json"])
    }

    @Test(arguments: [0, 100, 40_000])
    func `a file with a wrong byte is made anew`(_ place: Int) throws {
        _ = try made(store)
        var bytes = try folder.bytes("neighbours.0")
        bytes[place] ^= 4
        try folder.write("neighbours.0", bytes)
        let (graph, rows) = try made(store)
        #expect(rows.last == 3000)
        #expect(try recall(graph) > 0.97)
        #expect(try made(store).rows.isEmpty)
    }

    @Test func `half a file, or one without its seal, is none`() throws {
        _ = try made(store)
        let bytes = try folder.bytes("neighbours.0")
        try folder.write("neighbours.0", bytes.prefix(1000))
        #expect(try made(store).rows.last == 3000)
        try FileManager.default.removeItem(atPath: folder.path + "/neighbours.0.json")
        #expect(try made(store).rows.last == 3000)
    }
}
