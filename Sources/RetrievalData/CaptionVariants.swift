package import AsCLBase

/// The generated positive captions of the method: long ones (Asymmetry-II) and short ones (Asymmetry-III).
package enum CaptionVariants {
    /// Two distinct captions of one image, drawn at random, joined by a space; an image that has one caption gives its
    /// short positive. `captions` are those of the image, at least one.
    package static func longPositive(captions: [String], using generator: inout SeededGenerator) -> String {
        guard captions.count > 1 else { return shortPositive(captions[0]) }
        let first = generator.below(captions.count)
        // The second is drawn from the others: those after the first move up by one place.
        var second = generator.below(captions.count - 1)
        if second >= first { second += 1 }
        return captions[first] + " " + captions[second]
    }

    /// Every text that `longPositive` can give of an image with two or more captions.
    package static func longPositives(captions: [String]) -> [String] {
        captions.indices.flatMap { first in
            captions.indices.filter { $0 != first }.map { captions[first] + " " + captions[$0] }
        }
    }

    /// The first half of the caption's words, rounded down but at least one.
    package static func shortPositive(_ caption: String) -> String {
        let words = caption.split(whereSeparator: \.isWhitespace)
        return words.prefix(max(1, words.count / 2)).joined(separator: " ")
    }

    /// A long or a short positive of a caption, with equal chance.
    package static func positive(
        forCaption caption: Int, in split: RetrievalSplit, using generator: inout SeededGenerator
    ) -> String {
        if generator.below(2) == 0 { return shortPositive(split.captions[caption]) }
        let image = split.imageOfCaption[caption]
        return longPositive(captions: split.captionsOfImage[image].map { split.captions[$0] }, using: &generator)
    }
}
