import Foundation

/// How well all right items come first, both ways: for ground truths with many right items a query.
package struct PrecisionResult: Codable, Sendable, Equatable, CustomStringConvertible {
    /// Images ask for captions.
    package let imageToText: PrecisionAtR
    /// Captions ask for images.
    package let textToImage: PrecisionAtR
    /// Images ranked.
    package let images: Int
    /// Captions ranked.
    package let captions: Int

    enum CodingKeys: String, CodingKey {
        case imageToText = "image_to_text"
        case textToImage = "text_to_image"
        case images, captions
    }

    /// A table for the terminal.
    package var description: String {
        let rows = [("image to text", imageToText), ("text to image", textToImage)].map { name, value in
            name + String(format: "%14.1f%8.1f%9ld", value.rPrecision, value.meanAveragePrecision, value.queries)
        }
        let header = String(repeating: " ", count: 16) + "R-Precision   mAP@R  queries"
        return (["\(images) images x \(captions) captions", header] + rows).joined(separator: "\n")
    }
}

/// R-Precision and mAP@R in one direction (Musgrave, Belongie and Lim 2020; for captions Chun et al. 2022).
///
/// For a query with R right items, R-Precision is the share of right ones among the first R items, and AP@R is
/// 1/R * the sum over k = 1 ... R of (precision among the first k, where item k is right; else 0). A wrong item stands
/// before a right one of equal score.
package struct PrecisionAtR: Codable, Sendable, Equatable {
    /// Queries asked: those that have a right item.
    package let queries: Int
    /// Mean of R-Precision, in percent.
    package let rPrecision: Double
    /// Mean of AP@R, in percent.
    package let meanAveragePrecision: Double

    enum CodingKeys: String, CodingKey {
        case queries
        case rPrecision = "r_precision"
        case meanAveragePrecision = "map_at_r"
    }

    /// Of `queries`, of which one or more have a right item, as in every ground truth.
    init(_ queries: [QueryPrecision]) {
        func percent(_ values: [Double]) -> Double { 100 * values.reduce(0, +) / Double(values.count) }
        let precisions = queries.compactMap(\.rPrecision)
        self.queries = precisions.count
        rPrecision = percent(precisions)
        meanAveragePrecision = percent(queries.compactMap(\.averagePrecision))
    }
}
