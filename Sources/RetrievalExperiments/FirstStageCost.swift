import AsCLBase
import Foundation
import RetrievalModels
import VectorStore

/// What a first stage keeps of a picture, and how long it looks for a caption's nearest, in collections that are the split's
/// pictures over and over again.
package struct FirstStageCost: Codable, Sendable, Equatable {
    /// A collection, and the time of a query in it.
    package struct Search: Codable, Sendable, Equatable {
        /// Pictures of the collection.
        package let pictures: Int
        /// The median wall-clock time of an encoded caption's search, on one thread.
        package let seconds: Double
    }

    /// Of the largest collection's files, or of its postings in memory.
    package let bytesPerPicture: Double
    /// By the collection's size, ascending.
    package let searches: [Search]

    enum CodingKeys: String, CodingKey {
        case bytesPerPicture = "bytes_per_picture"
        case searches
    }

    /// The sizes that are timed.
    package static let sizes = [1_000, 1_000_000]
    /// Captions that are asked for.
    static let queries = 20
    private static let rowsAtOnce = 1 << 15

    /// Vectors, row by row.
    struct Vectors {
        let pictures, captions: [Float]
        let width: Int
    }

    /// Of a scan of vectors, whose files are gone afterwards.
    /// - Parameter folder: Where the files are meanwhile.
    init(scanning vectors: Vectors, top: Int, sizes: [Int], in folder: String) throws {
        let (pictures, width) = (vectors.pictures, vectors.width)
        let asked = stride(from: 0, to: vectors.captions.count, by: width).prefix(Self.queries).map {
            Array(vectors.captions[$0..<$0 + width])
        }
        var bytes = 0
        searches = try sizes.map { size in
            let place = folder + "/first-stage-\(UUID().uuidString)"
            defer { try? FileManager.default.removeItem(atPath: place) }
            let store = try VectorStore(
                folder: place, dimension: width, fingerprint: "first stage", mode: .writing, threads: 1)
            for start in stride(from: 0, to: size, by: Self.rowsAtOnce) {
                let rows = start..<min(start + Self.rowsAtOnce, size)
                let values = (rows.lowerBound * width..<rows.upperBound * width).map { pictures[$0 % pictures.count] }
                try store.append(ids: rows.map(Int64.init), vectors: values)
            }
            bytes = try Folder.byteCount(place)
            return try Search(
                pictures: size, seconds: Self.median(asked) { _ = try store.search(queries: [$0], top: top) })
        }
        bytesPerPicture = Double(bytes) / Double(sizes.last ?? 1)
    }

    /// Of an inverted index, in memory.
    init(searching pictures: SparseVectors, for captions: SparseVectors, top: Int, sizes: [Int]) throws {
        let asked = (0..<min(captions.count, Self.queries)).map { captions[$0] }
        var bytes = 0
        searches = try sizes.map { size in
            let index = try InvertedIndex(pictures.repeated(to: size))
            bytes = index.statistics.bytes
            var accumulator = InvertedIndex.Accumulator()
            return try Search(
                pictures: size,
                seconds: Self.median(asked) { _ = try index.search($0, top: top, reusing: &accumulator) })
        }
        bytesPerPicture = Double(bytes) / Double(sizes.last ?? 1)
    }

    /// Of some queries; the first is asked once more before.
    private static func median<Query>(_ queries: [Query], _ search: (Query) throws -> Void) throws -> Double {
        guard let first = queries.first else { return 0 }
        try search(first)
        let clock = ContinuousClock()
        let seconds = try queries.map { query in try clock.measure { try search(query) } / .seconds(1) }
        return seconds.sorted()[seconds.count / 2]
    }
}
