package import AsCLBase

/// A part of a data set that is evaluated as if it were all.
package struct Fold: Sendable, Equatable {
    /// Its images.
    package let images: Range<Int>
    /// The captions of those images, ascending.
    package let captions: [Int]
    /// Who belongs to whom, counted from the fold's first image and caption.
    package let truth: GroundTruth
}

extension GroundTruth {
    /// Consecutive folds of equally many images: 1,000 of MSCOCO's 5,000 give the five folds of its 1K protocol.
    package func folds(imagesPerFold: Int) throws(InputError) -> [Fold] {
        guard imagesPerFold > 0, imageCount.isMultiple(of: imagesPerFold) else {
            throw InputError(
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
