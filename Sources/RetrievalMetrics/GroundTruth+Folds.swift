/// A part of a data set that is evaluated as if it were all.
public struct Fold: Sendable, Equatable {
    /// Its images.
    public let images: Range<Int>
    /// The captions of those images, ascending.
    public let captions: [Int]
    /// Who belongs to whom, counted from the fold's first image and caption.
    public let truth: GroundTruth
}

extension GroundTruth {
    /// Consecutive folds of equally many images: 1,000 of MSCOCO's 5,000 give the five folds of its 1K protocol.
    public func folds(imagesPerFold: Int) throws(RetrievalMetricsError) -> [Fold] {
        guard imagesPerFold > 0, imageCount.isMultiple(of: imagesPerFold) else {
            throw RetrievalMetricsError(
                place: "folds of \(imagesPerFold) images", expected: "a multiple of that many images",
                found: "\(imageCount) images")
        }
        var folds: [Fold] = []
        for start in stride(from: 0, to: imageCount, by: imagesPerFold) {
            let images = start..<start + imagesPerFold
            let captions = Set(captionsOfImage[images].joined()).sorted()
            let own = captions.map { imagesOfCaption[$0].filter(images.contains).map { $0 - start } }
            let truth = try GroundTruth(imagesOfCaption: own, imageCount: imagesPerFold)
            folds.append(Fold(images: images, captions: captions, truth: truth))
        }
        return folds
    }
}
