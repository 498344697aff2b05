import AsCLBase
import RetrievalModels

/// Whether an image's terms say what is in it: how many of its heaviest occur in its captions, beside how many do in those of
/// an image drawn at random.
package struct TermReading: Encodable, Sendable {
    /// The terms looked at, of each image.
    package static let terms = 10

    /// Percent of the terms that the image's own captions have, and those of another image.
    package let own, shuffled: Double
    /// Images looked at: those with captions and a term.
    package let images: Int
    /// By image: its heaviest terms, and whether its captions have them.
    package let readings: [[Term]]

    /// A term of an image.
    package struct Term: Sendable, Equatable {
        /// The token that it is called after.
        package let token: Int
        /// What it weighs.
        package let weight: Float
        /// Whether one of the image's captions has it.
        package let isSaid: Bool
    }

    enum CodingKeys: String, CodingKey { case own, shuffled, images }

    /// - Parameters:
    ///   - captions: The tokens of each caption, the special ones around it aside.
    ///   - seed: Which other image each is compared with.
    package init(
        _ vectors: TermVectors, captions: [[Int32]], _ truth: GroundTruth, seed: UInt64 = 0
    ) {
        let said = truth.captionsOfImage.map { Set($0.flatMap { captions[$0] }.map(Int.init)) }
        let readings = said.indices.map { image in
            vectors.images.heaviest(of: image).prefix(Self.terms).map { entry in
                let token = vectors.tokens[entry.term]
                return Term(token: token, weight: entry.weight, isSaid: said[image].contains(token))
            }
        }
        var order = said.indices.filter { !said[$0].isEmpty && !readings[$0].isEmpty }
        var generator = SeededGenerator(seed: seed, stream: 0x7465_726d)
        generator.shuffle(&order)
        var (own, shuffled) = (0.0, 0.0)
        for (place, image) in order.enumerated() {
            let other = order[(place + 1) % order.count]
            let terms = readings[image]
            func share(_ words: Set<Int>) -> Double {
                Double(terms.count { words.contains($0.token) }) / Double(terms.count)
            }
            own += share(said[image])
            shuffled += share(said[other])
        }
        self.readings = readings
        images = order.count
        let all = Double(max(images, 1))
        (self.own, self.shuffled) = (100 * own / all, 100 * shuffled / all)
    }
}

extension Evaluator {
    /// The tokens of each caption without those around every text.
    package var bareTokens: [[Int32]] { tokens.map { Array($0.dropFirst().dropLast()) } }
}
