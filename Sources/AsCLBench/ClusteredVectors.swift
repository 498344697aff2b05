import AsCLBase
import Torch

/// Unit vectors about random centres, as pictures lie about their subjects; made chunk by chunk, the same every time.
struct ClusteredVectors {
    let items: Int
    let dimension: Int
    let chunkSize = 50_000

    private static let centres = 2000
    /// Of the noise about a centre, against the centre's own length.
    private static let spread: Double = 0.8

    /// What a store of them is of.
    var fingerprint: String { "ascl-bench search, \(items) items" }
    /// The first item of each chunk.
    var chunks: [Int] { Array(stride(from: 0, to: items, by: chunkSize)) }

    /// A chunk's vectors `[its items, dimension]`.
    func vectors(_ chunk: Int) throws -> [Float] { try tensor(chunk).array(Float.self) }

    /// Vectors that lie nearer to an item than items do to each other.
    func queries(_ count: Int) throws -> [[Float]] {
        let some = try tensor(0, seed: 3).array(Float.self)
        let noise = try Tensor.normal([count, dimension], generator: Generator(seed: 4)).array(Float.self)
        let here = some.count / dimension
        return (0..<count).map { query in
            (0..<dimension).map { column in
                some[query % here * dimension + column]
                    + 0.3 * noise[query * dimension + column] / Float(dimension).squareRoot()
            }
        }
    }

    /// The part of the exact best by float32 products that was found.
    func recall(of found: [Set<Int64>], queries: [[Float]], top: Int) throws -> Double {
        let asked = try Tensor(queries.flatMap { $0 }, shape: [queries.count, dimension])
        var best = queries.map { _ in [(score: Float, id: Int64)]() }
        for (chunk, start) in chunks.enumerated() {
            let scores = try asked.matmul(tensor(chunk).transposed()).array(Float.self)
            let count = scores.count / queries.count
            for query in best.indices {
                let least = best[query].count < top ? -Float.infinity : best[query][top - 1].score
                for item in 0..<count where scores[query * count + item] > least {
                    best[query].append((scores[query * count + item], Int64(start + item)))
                }
                best[query].sort { $0.score != $1.score ? $0.score > $1.score : $0.id < $1.id }
                best[query] = Array(best[query].prefix(top))
            }
        }
        let hits = zip(found, best).reduce(0) { sum, pair in sum + pair.1.count { pair.0.contains($0.id) } }
        return Double(hits) / Double(best.reduce(0) { $0 + $1.count })
    }

    /// - Parameter seed: Of the noise; items have seed 2.
    private func tensor(_ chunk: Int, seed: UInt64 = 2) throws -> Tensor {
        let count = min(chunkSize, items - chunk * chunkSize)
        let centres = try Tensor.normal([Self.centres, dimension], generator: Generator(seed: 1))
        var random = SeededGenerator(seed: seed, stream: UInt64(chunk))
        let own = (0..<count).map { _ in Int64(random.below(Self.centres)) }
        let noise = try Tensor.normal([count, dimension], generator: Generator(seed: seed << 32 + UInt64(chunk)))
        let raw = try centres.indexSelect(Tensor(own, shape: [count])) + noise * Self.spread
        return try raw.normalized(1)
    }
}
