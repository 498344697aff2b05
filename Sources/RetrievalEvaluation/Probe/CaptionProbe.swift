import AsCLBase
package import RetrievalData

/// Makes cases that tell whether a score minds what a caption says from nothing but the captions of real pictures.
///
/// A wrong caption names something that the picture does not show, judged by all of its captions and a word list
/// (`ProbeLexicon`); the judgement is cautious, yet captions do not tell everything: a few wrong ones are true.
package struct CaptionProbe {
    /// A wrong caption names only what this many images of the split are said to show, so that novelty gives nothing
    /// away.
    static let minimumImages = 3

    let lexicon = ProbeLexicon.standard
    private let images: [Image]
    /// The forms that wrong captions use, and the number of images whose captions have each.
    let imagesOfForm: [ProbeLexicon.Form: Int]
    let formsInOrder: [ProbeLexicon.Form]
    var generator: SeededGenerator

    private struct Image {
        /// Those that differ.
        let captions: [CaptionReading]
        /// Their first halves.
        let halves: [CaptionReading]
        let notAbsent: Set<Int>
    }

    /// For every image at most one case of each type, a pure function of the split's captions and the seed. An image of
    /// which no case can be made (its captions leave nothing absent, or it has one caption and cannot join two) lacks
    /// that type.
    package static func cases(for split: RetrievalSplit, seed: UInt64) -> [ProbeCase] {
        var probe = CaptionProbe(split, seed: seed)
        return (0..<split.imageCount).flatMap { image in
            AsymmetryType.allCases.compactMap { type in
                probe.captions(type, image: image).map {
                    ProbeCase(image: image, right: $0.right, wrong: $0.wrong, type: type)
                }
            }
        }
    }

    init(_ split: RetrievalSplit, seed: UInt64) {
        generator = SeededGenerator(seed: seed, stream: 3)
        let lexicon = lexicon
        images = split.captionsOfImage.map { indices in
            var known: Set<String> = []
            let captions = indices.map { split.captions[$0] }.filter { known.insert($0).inserted }
            let readings = captions.map { CaptionReading($0, lexicon: lexicon) }
            return Image(
                captions: readings,
                halves: captions.map { CaptionReading(CaptionVariants.shortPositive($0), lexicon: lexicon) },
                notAbsent: lexicon.notAbsent(readings.map(\.words)))
        }
        var counts: [ProbeLexicon.Form: Int] = [:]
        for image in images {
            for form in Set(image.captions.flatMap { $0.claims.map(\.form) }) { counts[form, default: 0] += 1 }
        }
        imagesOfForm = counts
        formsInOrder = lexicon.concepts.filter(\.isClaimable).flatMap(\.forms)
            .filter { counts[$0, default: 0] >= Self.minimumImages }
    }

    private mutating func captions(_ type: AsymmetryType, image index: Int) -> (right: String, wrong: String)? {
        let image = images[index]
        var captions = type == .shortened ? image.halves.filter(\.namesSomething) : image.captions
        generator.shuffle(&captions)
        switch type {
        case .detail:
            return detail(captions, notAbsent: image.notAbsent)
        case .joined:
            guard captions.count > 1, let foreign = foreign(to: image, like: captions[1], from: \.captions) else {
                return nil
            }
            return (captions[0].text + " " + captions[1].text, captions[0].text + " " + foreign.text)
        case .shortened:
            // Half a caption that names nothing could be anybody's.
            guard let right = captions.first, let foreign = foreign(to: image, like: right, from: \.halves) else {
                return nil
            }
            return (right.text, foreign.text)
        }
    }

    /// A caption or half of one of another image that names something absent from this one and is about as long as
    /// `model`: the closest of 32 drawn ones, or if none of them serves the first that does.
    private mutating func foreign(
        to image: Image, like model: CaptionReading, from texts: KeyPath<Image, [CaptionReading]>
    ) -> CaptionReading? {
        func isFalse(_ caption: CaptionReading) -> Bool {
            caption.claims.contains { !image.notAbsent.contains($0.form.concept) }
        }
        func difference(_ caption: CaptionReading) -> Int { abs(caption.words.words.count - model.words.words.count) }
        let drawn = (0..<32).map { _ in
            let other = images[generator.below(images.count)][keyPath: texts]
            return other[generator.below(other.count)]
        }
        return drawn.filter(isFalse).min { difference($0) < difference($1) }
            ?? images.lazy.flatMap { $0[keyPath: texts] }.first(where: isFalse)
    }
}
