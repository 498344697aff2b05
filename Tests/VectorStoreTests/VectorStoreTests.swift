import AsCLBase
import Foundation
import Synchronization
import Testing

@testable import VectorStore

@Suite struct VectorStoreTests {
    @Test(arguments: [1, 5, 8, 67, 256])
    func `finds what a plain loop over float finds`(_ dimension: Int) throws {
        let folder = try StoreFolder(dimension: dimension)
        let store = try folder.open()
        let (count, vectors) = (403, clustered(403, dimension))
        let ids = (0..<count).map { Int64($0) * 3 - 100 }
        try store.append(ids: Array(ids[..<250]), vectors: Array(vectors[..<(250 * dimension)]))
        try store.append(ids: Array(ids[250...]), vectors: Array(vectors[(250 * dimension)...]))
        #expect(store.count == count)
        let queries = rows(clustered(5, dimension, seed: 9), dimension).map { $0.map { $0 * 17 } }
        let found = try store.search(queries: queries, top: 10)
        for (query, matches) in zip(queries, found) {
            if dimension > 1 { #expect(matches.map(\.id) == plainly(store, query, top: 10, order: ids)) }
            for match in matches {
                let row = try #require(ids.firstIndex(of: match.id))
                let cosine =
                    dot(Array(vectors[row * dimension..<(row + 1) * dimension]), query) / dot(query, query).squareRoot()
                #expect(abs(match.score - cosine) < 1e-3)
            }
        }
        #expect(try folder.open(.reading).search(queries: queries, top: 10) == found)
    }

    @Test func `a batch finds what each query finds alone`() throws {
        let folder = try StoreFolder(dimension: 33)
        let store = try folder.open()
        try store.append(ids: (0..<700).map { $0 }, vectors: clustered(700, 33))
        let queries = rows(clustered(70, 33, seed: 4), 33)
        let together = try store.search(queries: queries, top: 12)
        #expect(together.count == 70)
        for (query, found) in zip(queries, together) { #expect(try store.search(queries: [query], top: 12) == [found]) }
        #expect(try store.search(queries: [], top: 12).isEmpty)
    }

    @Test func `more than there are, and an empty store`() throws {
        let folder = try StoreFolder()
        let store = try folder.open()
        let query = clustered(1, 8)
        #expect(try store.search(queries: [query], top: 3) == [[]])
        try store.append(ids: [], vectors: [])
        try store.append(ids: [7, 9], vectors: clustered(2, 8))
        #expect(try store.search(queries: [query], top: 1000)[0].map(\.id) == [7, 9])
        #expect(store.vector(of: 8) == nil)
    }

    @Test func `equal vectors come in the order in which they were put in`() throws {
        let folder = try StoreFolder()
        let store = try folder.open()
        let (one, other) = (clustered(1, 8), clustered(1, 8, seed: 5))
        try store.append(ids: [50, 3, 900, -4], vectors: one + other + one + one)
        #expect(try store.search(queries: [one], top: 4)[0].map(\.id) == [50, 900, -4, 3])
    }

    @Test func `filters, for all queries and for each`() throws {
        let folder = try StoreFolder(dimension: 16)
        let store = try folder.open()
        let ids = (0..<300).map { Int64($0) }
        try store.append(ids: ids, vectors: clustered(300, 16))
        try store.delete(ids: [4, 8])
        let query = clustered(1, 16, seed: 3)
        func expect(_ filter: VectorFilter, _ isAllowed: (Int64) -> Bool) throws {
            let expected = plainly(store, query, top: 20, order: ids.filter(isAllowed))
            #expect(try store.search(queries: [query], top: 20, filter: filter)[0].map(\.id) == expected)
        }
        try expect(.allowing([4, 5, 6, 7, 1000])) { [5, 6, 7].contains($0) }
        try expect(.excluding(Set(0..<150))) { $0 >= 150 }
        try expect(.matching { $0 % 7 == 1 }) { $0 % 7 == 1 }
        try expect(.allowing([])) { _ in false }
        let filters: [VectorFilter?] = [.allowing([9, 10]), nil, .matching { $0 > 290 }]
        let each = try store.search(queries: [query, query, query], top: 20, filters: filters)
        #expect(each[0].map(\.id).sorted() == [9, 10])
        #expect(each[1] == (try store.search(queries: [query], top: 20)[0]))
        #expect(each[2].map(\.id).sorted() == Array(291...299))
        #expect(throws: InputError.self) { try store.search(queries: [query], top: 1, filters: []) }
    }

    @Test func `what is deleted, or replaced, is not found, before and after opening and compaction`() throws {
        let folder = try StoreFolder()
        let vectors = clustered(60, 8)
        let (store, query) = (try folder.open(segmentSize: 1), clustered(1, 8, seed: 3))
        for start in stride(from: 0, to: 50, by: 10) {
            try store.append(
                ids: (start..<start + 10).map { Int64($0) }, vectors: Array(vectors[(start * 8)..<((start + 10) * 8)]))
        }
        // 11 is replaced and then deleted: neither of its vectors may come back.
        try store.append(ids: [11, 12], vectors: Array(vectors[(50 * 8)..<(52 * 8)]))
        #expect(try store.delete(ids: [3, 11, 11, 77]) == 2)
        #expect(try store.delete(ids: [3]) == 0)
        #expect(store.count == 48)
        let (found, twelfth) = (try store.search(queries: [query], top: 100), store.vector(of: 12))
        #expect(Set(found[0].map(\.id)) == Set((0..<50).filter { $0 != 3 && $0 != 11 }))
        #expect(zip(try #require(twelfth), vectors[(51 * 8)...]).allSatisfy { abs($0 - $1) < 1e-3 })
        let reader = try folder.open(.reading)
        #expect(try reader.search(queries: [query], top: 100) == found)
        try store.compact()
        #expect(try store.search(queries: [query], top: 100) == found)
        #expect(try reader.search(queries: [query], top: 100) == found, "the files that it has mapped are still there")
        try reader.refresh()
        let kept = [3, 4, 5].map { "00000\($0).vectors" }
        #expect(try folder.names == kept + ["000007.vectors", "000008.vectors", "store.json"])
        for other in [reader, try folder.open(.reading)] {
            #expect(try other.search(queries: [query], top: 100) == found)
            #expect(other.count == 48 && other.vector(of: 12) == twelfth && other.vector(of: 11) == nil)
            try other.verify()
        }
        try store.append(ids: [3], vectors: Array(vectors[..<8]))
        #expect(store.count == 49)
        #expect(try folder.open(.reading).count == 49)
        let names = try folder.names
        try store.compact()
        #expect(try folder.names == names, "nothing to do")
    }

    @Test func `many small appends become few blocks`() throws {
        let folder = try StoreFolder()
        let store = try folder.open()
        let vectors = clustered(40, 8)
        for id in 0..<40 { try store.append(ids: [Int64(id)], vectors: Array(vectors[(id * 8)..<(id * 8 + 8)])) }
        let (query, size) = (clustered(1, 8, seed: 2), try folder.bytes("000001.vectors").count)
        let found = try store.search(queries: [query], top: 40)
        try store.compact()
        #expect(try folder.bytes("000002.vectors").count < size / 8)
        #expect(try store.search(queries: [query], top: 40) == found)
        try store.append(ids: [99], vectors: Array(vectors[..<8]))
        #expect(try folder.open(.reading).count == 41)
    }

    @Test func `searches go on while others append, delete and compact`() throws {
        let folder = try StoreFolder()
        let store = try folder.open(segmentSize: 1)
        let vectors = clustered(200, 8)
        try store.append(ids: Array(0..<100), vectors: Array(vectors[..<800]))
        let reader = try folder.open(.reading)
        let failures = Mutex<[String]>([])
        // What is never touched is found all the time, by the writer's own searches and by another's.
        let stays = Set<Int64>(0..<50)
        DispatchQueue.concurrentPerform(iterations: 3) { thread in
            do {
                for round in 0..<30 {
                    if thread == 0 {
                        let id = Int64(100 + round)
                        let row = Array(vectors[(800 + round * 8)..<(808 + round * 8)])
                        try store.append(ids: [id, 60], vectors: row + row)
                        try store.delete(ids: [id - 30])
                        if round % 7 == 0 { try store.compact() }
                    } else {
                        let searched = thread == 1 ? store : reader
                        try searched.refresh()
                        let found = try searched.search(queries: [Array(vectors[..<8])], top: 500)[0].map(\.id)
                        guard stays.isSubset(of: found), Set(found).count == found.count else {
                            failures.withLock { $0.append("round \(round): \(found)") }
                            return
                        }
                    }
                }
            } catch { failures.withLock { $0.append("\(error)") } }
        }
        #expect(failures.withLock { $0 } == [])
    }

    @Test func `a reader sees what was appended and deleted once it refreshes`() throws {
        let folder = try StoreFolder()
        let writer = try folder.open(segmentSize: 1)
        try writer.append(ids: [1], vectors: clustered(1, 8))
        let reader = try folder.open(.reading)
        try writer.append(ids: [2, 3], vectors: clustered(2, 8, seed: 2))
        try writer.append(ids: [4], vectors: clustered(1, 8, seed: 3))
        try writer.delete(ids: [1, 3])
        #expect(reader.count == 1)
        try reader.refresh()
        try reader.refresh()
        #expect(reader.count == 2)
        #expect(Set(try reader.search(queries: [clustered(1, 8)], top: 9)[0].map(\.id)) == [2, 4])
        #expect(reader.vector(of: 4) == writer.vector(of: 4))
    }
}
