/// The rank of the best right item of every query, from 1; nil where a query has no right item.
///
/// In a file it is two rows of whole numbers, so that runs can be compared long after they were made.
package struct RetrievalRanks: Sendable, Equatable {
    /// One for each image, its captions being right.
    package let imageToText: [Int?]
    /// One for each caption, its images being right.
    package let textToImage: [Int?]
}

extension RetrievalRanks: Codable {
    enum CodingKeys: String, CodingKey {
        case imageToText = "image_to_text"
        case textToImage = "text_to_image"
    }

    /// Reads ranks, each of which has to be at least 1.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func ranks(_ key: CodingKeys) throws -> [Int?] {
            let ranks = try container.decode([Int?].self, forKey: key)
            if let query = ranks.firstIndex(where: { $0.map { $0 < 1 } ?? false }) {
                throw DecodingError.dataCorruptedError(
                    forKey: key, in: container, debugDescription: "the rank of query \(query) is less than 1")
            }
            return ranks
        }
        imageToText = try ranks(.imageToText)
        textToImage = try ranks(.textToImage)
    }
}
