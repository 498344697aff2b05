/// A rectangle of the score matrix `[images, captions]`.
package struct ScoreBlock: Codable, Sendable, Hashable {
    /// Its rows.
    package let images: Range<Int>
    /// Its columns.
    package let captions: Range<Int>

    /// The scores of `images` with `captions`.
    package init(images: Range<Int>, captions: Range<Int>) {
        self.images = images
        self.captions = captions
    }

    /// How many scores it has.
    package var count: Int { images.count * captions.count }

    func overlaps(_ other: ScoreBlock) -> Bool {
        images.overlaps(other.images) && captions.overlaps(other.captions)
    }
}

extension GroundTruth {
    /// The whole matrix in blocks of at most `images` x `captions`, those with right pairs first: the order in which a
    /// `RankAccumulator` holds next to nothing.
    /// - Parameter stretch: The images to be scored; nil for all.
    package func blocks(images: Int, captions: Int, of stretch: Range<Int>? = nil) -> [ScoreBlock] {
        precondition(images > 0 && captions > 0, "a block needs images and captions")
        func span(_ index: Int, _ size: Int, _ count: Int) -> Range<Int> {
            index * size..<min((index + 1) * size, count)
        }
        let stretch = stretch ?? 0..<imageCount
        var right: [ScoreBlock] = []
        var wrong: [ScoreBlock] = []
        for start in stride(from: stretch.lowerBound, to: stretch.upperBound, by: images) {
            let rows = start..<min(start + images, stretch.upperBound)
            let columnsWithRightPairs = Set(captionsOfImage[rows].joined().map { $0 / captions })
            for column in 0..<(captionCount + captions - 1) / captions {
                let block = ScoreBlock(images: rows, captions: span(column, captions, captionCount))
                if columnsWithRightPairs.contains(column) { right.append(block) } else { wrong.append(block) }
            }
        }
        return right + wrong
    }
}
