package import AsCLBase

/// Which captions belong to which images: any number on either side.
///
/// An image without captions, or a caption without images, asks no query of its own but stands among the answers.
package struct GroundTruth: Sendable, Equatable {
    /// The images of each caption, ascending.
    package let imagesOfCaption: [[Int]]
    /// The captions of each image, ascending.
    package let captionsOfImage: [[Int]]

    /// Images to rank.
    package var imageCount: Int { captionsOfImage.count }
    /// Captions to rank.
    package var captionCount: Int { imagesOfCaption.count }

    /// Captions with one or more images each, numbered `0..<imageCount`.
    package init(imagesOfCaption: [[Int]], imageCount: Int) throws(InputError) {
        var captionsOfImage: [[Int]] = Array(repeating: [], count: max(imageCount, 0))
        var images: [[Int]] = []
        for (caption, own) in imagesOfCaption.enumerated() {
            images.append(Set(own).sorted())
            for image in images[caption] {
                guard captionsOfImage.indices.contains(image) else {
                    throw InputError(
                        place: "caption \(caption)", expected: "an image of \(imageCount)", found: image)
                }
                captionsOfImage[image].append(caption)
            }
        }
        guard images.contains(where: { !$0.isEmpty }) else {
            throw InputError(
                place: "ground truth", expected: "a caption that belongs to an image",
                found: "\(imageCount) images and \(images.count) captions without one")
        }
        self.imagesOfCaption = images
        self.captionsOfImage = captionsOfImage
    }

    /// Captions with one image each, numbered `0..<imageCount`.
    package init(imageOfCaption: [Int], imageCount: Int) throws(InputError) {
        try self.init(imagesOfCaption: imageOfCaption.map { [$0] }, imageCount: imageCount)
    }

    /// The other captions of a caption's images, ascending.
    func siblings(of caption: Int) -> [Int] {
        Set(imagesOfCaption[caption].flatMap { captionsOfImage[$0] }).subtracting([caption]).sorted()
    }
}
