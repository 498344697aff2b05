package import AsCLBase
import TextEncoding
package import Torch

/// How many wrong captions TAGS-DC writes, and which.
package struct RefillSettings: Sendable {
    /// How often a caption is masked, how often each masking is filled in, and how many of what comes of it are learned from.
    let maskings, draws, kept: Int
    /// What logits are divided by before a word is drawn.
    let temperature: Double

    /// Joins them.
    package init(maskings: Int, draws: Int, kept: Int, temperature: Double) {
        (self.maskings, self.draws, self.kept, self.temperature) = (maskings, draws, kept, temperature)
    }
}

/// A caption that is to be rewritten.
package struct RefillCaption: Sendable {
    /// Its tokens, and those of all captions of its image.
    let tokens: [Int32]
    let known: [[Int32]]
    /// The places of its units; without one nothing is rewritten.
    let units: [[Int]]

    /// Joins them.
    package init(tokens: [Int32], known: [[Int32]], units: [[Int]]) {
        (self.tokens, self.known, self.units) = (tokens, known, units)
    }
}

/// A caption of which some words are others.
struct Refill: Equatable {
    /// Rows of the table.
    let rows: [Int]
    /// What had been masked.
    let places: [Int]
}

// What TAGS-DC (Fan et al.: Negative Sample is Negative in Its Own Way: Tailoring Negative Sentences for Image-Text Retrieval,
// Findings of NAACL 2022) learns from captions that it writes: units of a caption are masked, and the head of masked words,
// which sees the image, fills them in anew by chance. With sigma the logistic function,
//
//     sentences       mean (margin + sigma(S of the refill) - sigma(S of the caption))+
//     discrimination  mean over the refills' words of w (-log softmax(Linear_H->2(h_j))[o_j]); o_j = 1 where the word is the
//                     caption's, w then 0.11, else 1
//     correction      mean cross entropy of the caption's words where words were masked, by a head of its own
extension UNITER {
    /// The weight of a word that was not replaced.
    private static let ownWordWeight = 0.11

    /// Lets the heads of discrimination and correction begin as those of matching and of masked words are now; once.
    package func beginRefills() throws(TorchError) { try refills?.begin(as: match, guesses.words) }

    /// These terms, unweighted, of captions with their images; none where no caption can be rewritten.
    /// - Parameters:
    ///   - scorer: What the captions are written by: the same parameters as they are when nothing is left out.
    ///   - margin: Of the hinges.
    package func terms(
        of captions: [RefillCaption], on images: ImageBatch, writtenBy scorer: UNITER, _ settings: RefillSettings,
        margin: Double, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [TaskTerm] {
        guard let refills else { throw TorchError(operation: "refills", reason: "expected tags_dc") }
        let still = try withoutGradients { () throws(TorchError) in try scorer.scorable(images, in: .fp32) }
        let moving = try scorable(images, in: .fp32)
        var (hinges, words, corrections): ([Tensor], [Tensor], [Tensor]) = ([], [], [])
        for (place, caption) in captions.enumerated() {
            let written = try scorer.refills(of: caption, on: still.sliced(0, place..<place + 1), settings, &generator)
            guard !written.isEmpty else { continue }
            let own = try rows(caption.tokens)
            let states = try states(of: [own] + written.map(\.rows), on: moving.sliced(0, place..<place + 1))
            let beliefs = try scores(pooled: joint.pooled(first: states.selected(1, 0))).sigmoid()
            hinges.append(try (beliefs.sliced(0, 1..<written.count + 1) - beliefs.sliced(0, 0..<1) + margin).relu())
            let others = try states.sliced(0, 1..<written.count + 1)
            words.append(try discriminated(written, from: own, others, refills))
            corrections.append(try corrected(written, to: own, others, refills))
        }
        guard !hinges.isEmpty else { return [] }
        return try [
            TaskTerm("sentences", Tensor.concatenated(hinges).mean()),
            TaskTerm("discrimination", Tensor.concatenated(words).mean()),
            TaskTerm("correction", Tensor.concatenated(corrections).mean()),
        ]
    }

    /// Captions that are wrong for the image `[1, K, H]` and score highest with it. They differ from the caption in masked
    /// places alone; what is a caption of the image, or has but words of its captions, is none. No gradient.
    func refills(
        of caption: RefillCaption, on image: Tensor, _ settings: RefillSettings, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [Refill] {
        guard !caption.units.isEmpty else { return [] }
        let own = try rows(caption.tokens)
        var maskings: [UnitMasking] = []
        for _ in 0..<settings.maskings {
            maskings.append(UnitMasking(own, units: caption.units, configuration.vocabulary, &generator))
        }
        return try withoutGradients { () throws(TorchError) in
            let written = try filled(maskings, on: image, settings, &generator)
            var known: Set<[Int]> = []
            for other in caption.known { known.insert(try rows(other)) }
            let words = Set(known.flatMap(\.self))
            var (seen, wrong): (Set<[Int]>, [Refill]) = ([own], [])
            for refill in written where seen.insert(refill.rows).inserted && !known.contains(refill.rows) {
                let isKnown = refill.places.allSatisfy { refill.rows[$0] == own[$0] || words.contains(refill.rows[$0]) }
                if !isKnown { wrong.append(refill) }
            }
            guard !wrong.isEmpty else { return [] }
            let states = try states(of: wrong.map(\.rows), on: image)
            let found = try scores(pooled: joint.pooled(first: states.selected(1, 0))).to(device: .cpu).array(
                Float.self)
            let order = wrong.indices.sorted { (found[$1], $0) < (found[$0], $1) }
            return order.prefix(settings.kept).map { wrong[$0] }
        }
    }

    /// Every masking filled in, each place by a draw of its own from the ordinary words.
    private func filled(
        _ maskings: [UnitMasking], on image: Tensor, _ settings: RefillSettings, _ generator: inout SeededGenerator
    ) throws(TorchError) -> [Refill] {
        let states = try states(of: maskings.map(\.rows), on: image)
        let width = states.shape[1]
        let places = maskings.enumerated().flatMap { number, masking in masking.places.map { number * width + $0 } }
        let chosen = try states.reshaped([-1, states.shape[2]])
            .indexSelect(Tensor(places, shape: [places.count]).to(device: states.device))
        let ordinary = configuration.vocabulary.ordinaryRows
        let chances = try (guesses.words(chosen, joint.words).sliced(1, ordinary) / settings.temperature).softmax(1)
            .to(device: .cpu).array(Float.self)
        var (refills, first) = ([Refill](), 0)
        for masking in maskings {
            for _ in 0..<settings.draws {
                var rows = masking.rows
                for (offset, place) in masking.places.enumerated() {
                    let start = (first + offset) * ordinary.count
                    let drawn = Self.drawn(chances[start..<start + ordinary.count], &generator)
                    rows[place] = ordinary.lowerBound + drawn
                }
                refills.append(Refill(rows: rows, places: masking.places))
            }
            first += masking.places.count
        }
        return refills
    }

    /// A place by chances that sum to one, about.
    static func drawn(_ chances: ArraySlice<Float>, _ generator: inout SeededGenerator) -> Int {
        var rest = generator.uniform()
        for (place, chance) in chances.enumerated() {
            rest -= Double(chance)
            if rest < 0 { return place }
        }
        return chances.count - 1
    }

    /// w (-log softmax(..)[o]) `[words]` of all words of refills, special tokens left out, from states `[refills, L, H]`.
    private func discriminated(
        _ written: [Refill], from own: [Int], _ states: Tensor, _ heads: RefillHeads
    ) throws(TorchError) -> Tensor {
        let words = 1..<own.count - 1
        let isOwn = written.flatMap { refill in words.map { refill.rows[$0] == own[$0] } }
        let logits = try heads.discrimination(states.sliced(1, words)).to(.float32).reshaped([-1, 2])
        let device = states.device
        let signs = try Tensor(isOwn.map { $0 ? 1 : -1 } as [Float], shape: [isOwn.count]).to(device: device)
        let weights = try Tensor(
            isOwn.map { $0 ? Float(Self.ownWordWeight) : 1 } as [Float], shape: [isOwn.count]
        ).to(device: device)
        // Of two logits, -log softmax[o] is log(1 + e^(the other less that of o)).
        return try ((logits.selected(1, 0) - logits.selected(1, 1)) * signs).softplus() * weights
    }

    /// -log softmax(..)[the caption's word] `[places]` where words were masked.
    private func corrected(
        _ written: [Refill], to own: [Int], _ states: Tensor, _ heads: RefillHeads
    ) throws(TorchError) -> Tensor {
        let places = written.enumerated().flatMap { number, refill in refill.places.map { number * own.count + $0 } }
        let answers = written.flatMap { refill in refill.places.map { own[$0] } }
        let device = states.device
        let logits = try heads.correction(
            states.reshaped([-1, states.shape[2]])
                .indexSelect(Tensor(places, shape: [places.count]).to(device: device)), joint.words)
        let picked = answers.enumerated().map { $0 * logits.shape[1] + $1 }
        let right = try logits.reshaped([-1]).indexSelect(Tensor(picked, shape: [picked.count]).to(device: device))
        return try logits.logSumExp(1) - right
    }

    /// h `[sentences, L, H]` of sentences of one length, as rows of the table, with the image `[1, K, H]`.
    private func states(of sentences: [[Int]], on image: Tensor) throws(TorchError) -> Tensor {
        let rows = sentences.flatMap(\.self)
        let words = try TextBatch(
            rows: joint.words.vectors(Tensor(rows, shape: [rows.count]).to(device: image.device)),
            lengths: sentences.map(\.count))
        let regions = try image.expanded([sentences.count] + image.shape.dropFirst())
        return try joint.states(scorable(projected: words, in: .fp32), regions, training: isTraining).words
    }

    /// Rows of the table of tokens.
    private func rows(_ tokens: [Int32]) throws(TorchError) -> [Int] {
        let all = configuration.vocabulary.rows
        return tokens.map { all[Int($0)] }
    }
}
