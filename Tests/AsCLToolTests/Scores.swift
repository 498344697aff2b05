import ArrayFiles
import Foundation
import Testing

/// A score matrix that `evaluate --scores` wrote, ranked here by the definition: a tie counts against the query.
struct Scores {
    /// `[images, captions]`.
    let rows: [[Float]]
    var images: Int { rows.count }
    var captions: Int { rows[0].count }

    /// Reads a file of float32; as many captions belong to each image.
    init(path: String) throws {
        let array = try NumpyArray(path: path)
        try #require(array.elementType == .float32)
        try #require(array.shape.count == 2)
        let width = array.shape[1]
        rows = (0..<array.shape[0]).map { image in
            (0..<width).map { array.bytes.loadUnaligned(fromByteOffset: 4 * (image * width + $0), as: Float.self) }
        }
        withExtendedLifetime(array) {}
    }

    private init(rows: [[Float]]) { self.rows = rows }

    /// Some images with their own captions.
    func part(images: Range<Int>, captionsPerImage count: Int) -> Scores {
        Scores(rows: rows[images].map { Array($0[images.lowerBound * count..<images.upperBound * count]) })
    }

    /// The rank of every image's best caption.
    var imageToText: [Int] {
        let perImage = captions / images
        return rows.enumerated().map { image, row in
            let own = image * perImage..<(image + 1) * perImage
            let best = row[own].max() ?? -.infinity
            return 1 + row.indices.count { !own.contains($0) && row[$0] >= best }
        }
    }

    /// The rank of every caption's image.
    var textToImage: [Int] {
        (0..<captions).map { caption in
            let own = caption / (captions / images)
            return 1 + rows.indices.count { $0 != own && rows[$0][caption] >= rows[own][caption] }
        }
    }

    /// The queries whose rank is at most `k`, in percent.
    static func recall(_ ranks: [Int], at k: Int) -> Double {
        100 * Double(ranks.count { $0 <= k }) / Double(ranks.count)
    }
}
