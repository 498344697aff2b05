/// The rank of the best right item of every query, from 1; nil where a query has no right item.
public struct RetrievalRanks: Sendable, Equatable {
    /// One for each image, its captions being right.
    public let imageToText: [Int?]
    /// One for each caption, its images being right.
    public let textToImage: [Int?]
}
