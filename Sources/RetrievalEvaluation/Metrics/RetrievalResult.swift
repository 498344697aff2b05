package import AsCLBase

/// Recall at 1, 5 and 10 both ways over one score matrix.
public struct RetrievalResult: Codable, Sendable, Equatable, CustomStringConvertible {
    /// Images ask for captions.
    public let imageToText: Recall
    /// Captions ask for images.
    public let textToImage: Recall
    /// The sum of all six recalls, at most 600.
    public let rsum: Double
    /// Images ranked.
    public let images: Int
    /// Captions ranked.
    public let captions: Int

    enum CodingKeys: String, CodingKey {
        case imageToText = "image_to_text"
        case textToImage = "text_to_image"
        case rsum, images, captions
    }

    /// The result of `ranks`, one for each image and each caption.
    package init(_ ranks: RetrievalRanks) throws(InputError) {
        guard let imageToText = Recall(ranks: ranks.imageToText), let textToImage = Recall(ranks: ranks.textToImage)
        else {
            throw InputError(place: "ranks", expected: "a query in either direction", found: "none")
        }
        self.imageToText = imageToText
        self.textToImage = textToImage
        rsum = imageToText.sum + textToImage.sum
        images = ranks.imageToText.count
        captions = ranks.textToImage.count
    }

    /// A table for the terminal.
    public var description: String {
        RecallTable.description(
            of: "\(images) images x \(captions) captions", imageToText: imageToText, textToImage: textToImage,
            rsum: rsum)
    }
}
