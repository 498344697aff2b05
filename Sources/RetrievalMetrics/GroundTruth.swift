/// Which captions belong to which images: any number on either side.
///
/// An image without captions, or a caption without images, asks no query of its own but stands among the answers.
public struct GroundTruth: Sendable, Equatable {
    /// The images of each caption, ascending.
    public let imagesOfCaption: [[Int]]
    /// The captions of each image, ascending.
    public let captionsOfImage: [[Int]]

    /// Images to rank.
    public var imageCount: Int { captionsOfImage.count }
    /// Captions to rank.
    public var captionCount: Int { imagesOfCaption.count }

    /// Captions with one or more images each, numbered `0..<imageCount`.
    public init(imagesOfCaption: [[Int]], imageCount: Int) throws(RetrievalMetricsError) {
        var captionsOfImage: [[Int]] = Array(repeating: [], count: max(imageCount, 0))
        var images: [[Int]] = []
        for (caption, own) in imagesOfCaption.enumerated() {
            images.append(Set(own).sorted())
            for image in images[caption] {
                guard captionsOfImage.indices.contains(image) else {
                    throw RetrievalMetricsError(
                        place: "caption \(caption)", expected: "an image of \(imageCount)", found: image)
                }
                captionsOfImage[image].append(caption)
            }
        }
        guard images.contains(where: { !$0.isEmpty }) else {
            throw RetrievalMetricsError(
                place: "ground truth", expected: "a caption that belongs to an image",
                found: "\(imageCount) images and \(images.count) captions without one")
        }
        self.imagesOfCaption = images
        self.captionsOfImage = captionsOfImage
    }

    /// Captions with one image each, numbered `0..<imageCount`.
    public init(imageOfCaption: [Int], imageCount: Int) throws(RetrievalMetricsError) {
        try self.init(imagesOfCaption: imageOfCaption.map { [$0] }, imageCount: imageCount)
    }

    /// The other captions of a caption's images, ascending.
    func siblings(of caption: Int) -> [Int] {
        Set(imagesOfCaption[caption].flatMap { captionsOfImage[$0] }).subtracting([caption]).sorted()
    }
}
