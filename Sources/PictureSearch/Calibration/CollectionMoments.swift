import Foundation
import Torch

/// Mean and covariance of a collection's vectors: of any query's cosines with all of them, both can be told.
struct CollectionMoments: Codable, Sendable {
    /// `[dimension]` and `[dimension, dimension]`, as the bytes of float32: JSON is slow with numbers.
    private let mean, covariance: Data

    /// Of unit vectors `[pictures, dimension]`.
    init(_ vectors: Tensor) throws {
        let count = vectors.shape[0]
        let mean = try vectors.sum(0) * (1 / Double(count))
        let centred = try vectors - mean.unsqueezed(0)
        let covariance = try centred.transposed().matmul(centred) * (1 / Double(count))
        self.mean = Self.data(try mean.array(Float.self))
        self.covariance = Self.data(try covariance.array(Float.self))
    }

    /// By how many standard deviations cosines lie above the mean of the query's with the collection.
    func standings(of cosines: [Float], query: [Float]) -> [Double] {
        let (mean, covariance) = (Self.floats(mean), Self.floats(covariance))
        guard mean.count == query.count, covariance.count == query.count * query.count else { return [] }
        var variance: Float = 0
        for (row, value) in query.enumerated() {
            variance += value * dot(query, Array(covariance[row * query.count..<(row + 1) * query.count]))
        }
        let (middle, deviation) = (dot(query, mean), max(variance, 1e-12).squareRoot())
        return cosines.map { Double(($0 - middle) / deviation) }
    }

    private static func data(_ floats: [Float]) -> Data { floats.withUnsafeBytes { Data($0) } }

    private static func floats(_ data: Data) -> [Float] {
        data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
        }
    }
}
