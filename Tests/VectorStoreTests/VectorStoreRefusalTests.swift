import AsCLBase
import Foundation
import Testing

@testable import VectorStore

@Suite struct VectorStoreRefusalTests {
    private func line(_ body: () throws -> Void) throws -> String {
        let error = try #require(throws: InputError.self) { try body() }
        #expect(!error.description.contains { $0.isNewline })
        return error.description
    }

    @Test func `vectors that are none are refused by their ids, and nothing of the append is written`() throws {
        let folder = try StoreFolder()
        let store = try folder.open()
        try store.append(ids: [1], vectors: clustered(1, 8))
        let before = try folder.bytes("000001.vectors")
        for (number, found) in [
            (Float.nan, "a NaN or an infinity"), (.infinity, "a NaN or an infinity"), (0, "zeros only"),
        ] {
            let bad = [Float](repeating: 0, count: 7) + [number]
            let text = try line { try store.append(ids: [5, 6], vectors: clustered(1, 8) + bad) }
            #expect(
                text == "\(folder.path): the vector of id 6: expected finite numbers, not all of them 0, found \(found)"
            )
            #expect(
                try line { _ = try store.search(queries: [bad], top: 1) }.contains(": query 1: expected finite numbers")
            )
        }
        #expect(
            try line { try store.append(ids: [5], vectors: [1, 2, 3]) }
                == "\(folder.path): append: expected 1 vectors of 8 numbers, found 3 numbers")
        #expect(
            try line { _ = try store.search(queries: [[1, 2]], top: 1) }
                == "\(folder.path): query 1: expected 8 numbers, found 2")
        #expect(try line { _ = try store.search(queries: [clustered(1, 8)], top: 0) }.contains("at least 1"))
        #expect(try folder.bytes("000001.vectors") == before)
        #expect(store.count == 1)
    }

    @Test func `tiny and huge numbers have a direction`() throws {
        let (folder, tiny) = (try StoreFolder(dimension: 2), Float.leastNonzeroMagnitude * 99)
        let store = try folder.open()
        try store.append(ids: [1, 2], vectors: [1, 1].map { $0 * tiny } + [-3e38, 3e38])
        let vector = try #require(store.vector(of: 1))
        #expect(abs(vector[0] - 0.7071) < 1e-3 && abs(vector[1] - 0.7071) < 1e-3)
        #expect(try store.search(queries: [[-tiny, tiny]], top: 1)[0].map(\.id) == [2])
    }

    @Test func `another model or dimension is refused by both names`() throws {
        let folder = try StoreFolder()
        let store = try folder.open()
        try withExtendedLifetime(store) {
            let fingerprint = try line {
                _ = try VectorStore(folder: folder.path, dimension: 8, fingerprint: "m2", mode: .reading)
            }
            #expect(
                fingerprint == "\(folder.path)/store.json: fingerprint: expected vectors of the model m2, "
                    + "found those of m1; use that model, or fill another folder")
            #expect(
                try line { _ = try VectorStore(folder: folder.path, dimension: 9, fingerprint: "m1", mode: .reading) }
                    .hasPrefix("\(folder.path)/store.json: dimension: expected vectors of 9 numbers, found 8"))
        }
        for dimension in [0, -1, 16385] {
            _ = try line {
                _ = try VectorStore(folder: folder.path, dimension: dimension, fingerprint: "m1", mode: .reading)
            }
        }
    }

    @Test func `there is one writer at a time, and readers beside it`() throws {
        let folder = try StoreFolder()
        do {
            let store = try folder.open()
            #expect(
                try line { _ = try folder.open() }.hasPrefix(
                    "\(folder.path): lock: expected no other program that writes to the store, found one"))
            try store.append(ids: [1], vectors: clustered(1, 8))
            let reader = try folder.open(.reading)
            for change in [
                { try reader.append(ids: [2], vectors: clustered(1, 8)) }, { _ = try reader.delete(ids: [1]) },
                { try reader.compact() },
            ] {
                #expect(try line(change).contains("expected a store that was opened for writing"))
            }
        }
        #expect(try folder.open().count == 1, "the lock went with the store")
    }

    @Test func `a reader of nothing says so, and makes nothing`() throws {
        let folder = try StoreFolder()
        #expect(try line { _ = try folder.open(.reading) }.contains("expected a vector store, found no store.json"))
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
}
