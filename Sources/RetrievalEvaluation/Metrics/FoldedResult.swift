package import AsCLBase

/// The mean of the results of several folds, each weighing the same: MSCOCO's 1K protocol has five of 1,000 images.
package struct FoldedResult: Codable, Sendable, Equatable, CustomStringConvertible {
    /// Means over the folds; `queries` is the sum.
    package let imageToText: Recall
    /// Means over the folds; `queries` is the sum.
    package let textToImage: Recall
    /// The sum of the six mean recalls, at most 600.
    package let rsum: Double
    /// The result of each fold.
    package let folds: [RetrievalResult]

    enum CodingKeys: String, CodingKey {
        case imageToText = "image_to_text"
        case textToImage = "text_to_image"
        case rsum, folds
    }

    /// The mean of `folds`, at least one.
    package init(folds: [RetrievalResult]) throws(InputError) {
        guard !folds.isEmpty else {
            throw InputError(place: "folds", expected: "at least one", found: "none")
        }
        imageToText = Recall(meanOf: folds.map(\.imageToText))
        textToImage = Recall(meanOf: folds.map(\.textToImage))
        rsum = imageToText.sum + textToImage.sum
        self.folds = folds
    }

    /// A table for the terminal.
    package var description: String {
        let images = Set(folds.map(\.images)).sorted().map(String.init).joined(separator: " or ")
        return RecallTable.description(
            of: "mean of \(folds.count) folds of \(images) images", imageToText: imageToText, textToImage: textToImage,
            rsum: rsum)
    }
}
