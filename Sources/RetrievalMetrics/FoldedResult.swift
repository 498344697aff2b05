/// The mean of the results of several folds, each weighing the same: MSCOCO's 1K protocol has five of 1,000 images.
public struct FoldedResult: Codable, Sendable, Equatable, CustomStringConvertible {
    /// Means over the folds; `queries` is the sum.
    public let imageToText: Recall
    /// Means over the folds; `queries` is the sum.
    public let textToImage: Recall
    /// The sum of the six mean recalls, at most 600.
    public let rsum: Double
    /// The result of each fold.
    public let folds: [RetrievalResult]

    enum CodingKeys: String, CodingKey {
        case imageToText = "image_to_text"
        case textToImage = "text_to_image"
        case rsum, folds
    }

    /// The mean of `folds`, at least one.
    public init(folds: [RetrievalResult]) throws(RetrievalMetricsError) {
        guard !folds.isEmpty else {
            throw RetrievalMetricsError(place: "folds", expected: "at least one", found: "none")
        }
        imageToText = Recall(meanOf: folds.map(\.imageToText))
        textToImage = Recall(meanOf: folds.map(\.textToImage))
        rsum = imageToText.sum + textToImage.sum
        self.folds = folds
    }

    /// A table for the terminal.
    public var description: String {
        let images = Set(folds.map(\.images)).sorted().map(String.init).joined(separator: " or ")
        return RecallTable.description(
            of: "mean of \(folds.count) folds of \(images) images", imageToText: imageToText, textToImage: textToImage,
            rsum: rsum)
    }
}
