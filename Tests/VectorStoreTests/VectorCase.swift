import AsCLBase
import CVectorScan
import Foundation
import RetrievalFixtures

@testable import VectorStore

/// Random unit vectors about a few centres `[count, dimension]`.
func clustered(_ count: Int, _ dimension: Int, seed: UInt64 = 1, centres: Int = 7) -> [Float] {
    var random = SeededGenerator(seed: seed)
    func number() -> Float { Float(random.uniform() + random.uniform() + random.uniform() - 1.5) }
    let middle = (0..<centres * dimension).map { _ in number() }
    return (0..<count).flatMap { row in
        let own = (0..<dimension).map { middle[row % centres * dimension + $0] + 0.7 * number() }
        let length = own.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return own.map { $0 / length }
    }
}

/// The rows of `vectors`.
func rows(_ vectors: [Float], _ dimension: Int) -> [[Float]] {
    stride(from: 0, to: vectors.count, by: dimension).map { Array(vectors[$0..<$0 + dimension]) }
}

func dot(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

/// What a machine without anything clever would find: all ids by falling product with the vectors as they are kept, equal
/// ones by `order`.
func plainly(_ store: VectorStore, _ query: [Float], top: Int, order: [Int64]) -> [Int64] {
    let length = dot(query, query).squareRoot()
    let scores = order.compactMap { id in
        store.vector(of: id).map { (id: id, score: dot($0, query.map { $0 / length })) }
    }
    let sorted = scores.enumerated().sorted {
        $0.element.score != $1.element.score ? $0.element.score > $1.element.score : $0.offset < $1.offset
    }
    return sorted.prefix(top).map(\.element.id)
}

/// A folder for a store of one model, which goes away with the object.
final class StoreFolder {
    let scratch: ScratchFolder
    let dimension: Int
    var path: String { scratch.path + "/store" }

    init(dimension: Int = 8) throws {
        scratch = try ScratchFolder()
        self.dimension = dimension
    }

    func open(_ mode: VectorStore.Mode = .writing, segmentSize: Int = 128 << 20) throws -> VectorStore {
        try VectorStore(
            folder: path, dimension: dimension, fingerprint: "m1", mode: mode, threads: 2,
            settings: WriterSettings(segmentSize: segmentSize))
    }

    /// The files of the store, without the lock's.
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: path).filter { $0 != ".lock" }.sorted() }
    }

    func bytes(_ name: String) throws -> [UInt8] { try Array(scratch.data("store/" + name)) }
    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + name))
    }
}
