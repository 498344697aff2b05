import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct UNITERTaskTests {
    private static func world(
        transport: Double = 0.3, classes: Int = 0, hasDictionary: Bool = false
    ) throws -> JointTaskCase<UNITER> {
        try JointTaskCase(
            UNITERTests.configuration(
                dropout: 0, transport: transport, classes: classes, hasDictionary: hasDictionary), UNITER.init)
    }

    @Test func `words are guessed by the equations`() throws {
        let world = try Self.world()
        let term = try #require(world.terms(.words).first)
        #expect(term.name == "words" && term.weight == 1)
        try world.expect(term) { plain in
            Plain.mean(
                zip(world.maskedWords, world.images).flatMap { text, image in
                    let states = plain.states(rows: text.rows, image).words
                    return text.answers.map { Plain.entropy(plain.wordLogits(states[$0.place]), $0.row) }
                })
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.regression")
                || $0.hasSuffix("mask_embedding") || $0.hasPrefix("joint.pooler")
        }
    }

    @Test func `regions are guessed by the equations`() throws {
        let world = try Self.world()
        let term = try #require(world.terms(.regions).first)
        #expect(term.name == "regions" && term.weight == 1)
        try world.expect(term) { plain in
            Plain.mean(
                world.maskedRegions.enumerated().flatMap { pair, regions in
                    let image = world.images[pair]
                    let states = plain.states(rows: world.rows[pair], image, masked: Set(regions)).regions
                    return regions.flatMap { Plain.squares(plain.features(states[$0]), image.regions[$0]) }
                })
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.mlm")
                || $0.hasPrefix("joint.pooler")
        }
    }

    /// A detector's, or those of a dictionary.
    @Test(arguments: [false, true])
    func `classes of regions are guessed by the equations`(_ hasDictionary: Bool) throws {
        let world = try Self.world(classes: 4, hasDictionary: hasDictionary)
        let looks = world.images.flatMap(\.regions)
        if hasDictionary {
            try world.given.scorer.dictionary?.fill(
                Tensor(looks.flatMap { $0.map(Float.init) }, shape: [15, 7]), seed: 3)
        }
        let vectors = try world.given.scorer.dictionary.map { try Plain.rows($0.vectors) }
        func answer(_ place: Int) -> Int {
            guard let vectors else { return place * 5 % 4 }
            let distances = vectors.map { Plain.squares($0, looks[place]).reduce(0, +) }
            return distances.indices.min { distances[$0] < distances[$1] } ?? 0
        }
        let term = try #require(world.terms(.classes).first)
        #expect(term.name == "classes" && term.weight == 1)
        try world.expect(term) { plain in
            Plain.mean(
                world.maskedRegions.enumerated().flatMap { pair, regions in
                    let states = plain.states(
                        rows: world.rows[pair], world.images[pair], masked: Set(regions)
                    ).regions
                    return regions.map { Plain.entropy(plain.classLogits(states[$0]), answer(pair * 5 + $0)) }
                })
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.mlm")
                || $0.hasPrefix("heads.regression") || $0.hasPrefix("joint.pooler")
        }
    }

    @Test func `what no detector and no dictionary tells apart is no task`() throws {
        #expect(try Self.world().given.scorer.tasks == [.matching, .words, .regions])
        let world = try Self.world(classes: 4)
        #expect(world.given.scorer.tasks == [.matching, .words, .regions, .classes])
        let pairs = PairBatch(images: world.pairs.images, texts: world.pairs.texts, imageOfPair: [0, 1, 2])
        var generator = SeededGenerator(seed: 1)
        #expect(throws: TorchError.self) { try world.given.scorer.terms(of: .classes, on: pairs, &generator) }
    }

    @Test func `matching and transport are those of the equations`() throws {
        let world = try Self.world()
        var generator = SeededGenerator(seed: 5)
        let partners = UNITER.partners([0, 1, 2], &generator)
        // Right pairs and wrong ones, or nothing is told apart.
        #expect(Set(partners.enumerated().map { $0 == $1 }).count == 2)
        let terms = try world.terms(.matching)
        #expect(terms.map(\.name) == ["matching", "transport"] && terms.map(\.weight) == [1, 0.3])
        try world.expect(terms[0]) { plain in
            partners.enumerated().map { pair, partner in
                Plain.entropy(
                    plain.match(plain.states(rows: world.rows[pair], world.images[partner]).words),
                    pair == partner ? 1 : 0)
            }.reduce(0, +) / 3
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.mlm") || $0.hasPrefix("heads.regression")
                || $0.hasSuffix("mask_embedding")
        }
        // No slope goes through the plan.
        let own = try world.plain(FormulaParameters(world.given.parameters))
        let plans = partners.enumerated().map { pair, partner in
            let states = own.states(rows: world.rows[pair], world.images[partner])
            return Plain.plan(Plain.cost(states.words, states.regions))
        }
        try world.expect(terms[1]) { plain in
            partners.enumerated().map { pair, partner in
                let states = plain.states(rows: world.rows[pair], world.images[partner])
                let cost = Plain.cost(states.words, states.regions)
                let distance = plans[pair].enumerated().flatMap { k, row in
                    row.enumerated().map { j, share in share * cost[j][k] }
                }.reduce(0, +)
                return pair == partner ? distance : -distance
            }.reduce(0, +) / 3
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.") || $0.hasSuffix("mask_embedding")
                || $0.hasPrefix("joint.pooler")
        }
    }

    @Test func `without a weight there is no transport`() throws {
        #expect(try Self.world(transport: 0).terms(.matching).map(\.name) == ["matching"])
    }

    @Test func `a guess never depends on what was masked`() throws {
        let world = try Self.world()
        let (joint, heads) = (world.given.scorer.joint, world.given.scorer.guesses)
        func guess(_ images: ImageBatch) throws -> [[Double]] {
            let features = try joint.regions.masking(
                joint.regions.features(images), at: Tensor([1, 7, 13], shape: [3]))
            let states = try joint.states(
                world.given.scorer.scorable(world.given.texts, in: .fp32),
                joint.embedded(features, of: images, training: false), training: false)
            return try Plain.rows(
                heads.regions(
                    states.regions.reshaped([15, 8]).indexSelect(Tensor([1, 7, 13], shape: [3])), joint.regions))
        }
        let images = world.given.images
        let other = try images.regions.reshaped([15, 7])
            .replacing(Tensor([1, 7, 13], shape: [3]), with: Tensor.full([3, 7], 9)).reshaped([3, 5, 7])
        let changed = try ImageBatch(regions: other, globals: images.globals, boxes: images.boxes)
        #expect(try guess(images) == guess(changed))
        // Words are replaced by numbers before anything looks at them: what stood at a mask is not among them.
        func masking(_ rows: [Int]) -> WordMasking {
            var generator = SeededGenerator(seed: 2)
            return WordMasking(rows, lengths: [5], world.configuration.vocabulary, &generator)
        }
        let rows = [2, 6, 7, 8, 3]
        let masked = masking(rows).rows
        let others = rows.indices.map { masked[$0] == CutVocabulary.maskRow ? 9 : rows[$0] }
        #expect(others != rows && masking(others).rows == masked)
    }

    @Test func `another image is met half the time, and never the same one by another number`() throws {
        var generator = SeededGenerator(seed: 1)
        let images = [0, 0, 1, 2]
        var counts = [0, 0, 0, 0]
        for _ in 0..<2000 {
            let partners = UNITER.partners(images, &generator)
            for (place, partner) in partners.enumerated() where partner != place {
                #expect(images[partner] != images[place])
                counts[place] += 1
            }
        }
        #expect(counts.allSatisfy { (920...1080).contains($0) }, "\(counts)")
        #expect(UNITER.partners([4, 4, 4], &generator) == [0, 1, 2])
    }

    @Test func `masked words are learnt from the image`() throws {
        let world = try PlainWorld()
        var chance = try world.learn(.words, steps: 120)
        func guessedRight(_ pairs: PairBatch) throws -> Double {
            let (masking, states) = try world.scorer.maskedWords(pairs, &chance)
            let guesses = try world.scorer.guesses.words(states, world.scorer.joint.words)
                .maximumIndex(1).array(Int.self)
            return Double(zip(guesses, masking.answers).count { $0 == $1 }) / Double(guesses.count)
        }
        #expect(try guessedRight(world.pairs(shift: 0)) > 0.9)
        #expect(try guessedRight(world.pairs(shift: 3)) < 0.3)
        // The same, as it is told before anything is written by them.
        var (withImage, without, all) = (0, 0, 0)
        for _ in 0..<20 {
            let right = try world.scorer.wordsGuessedRight(world.pairs(shift: 0), &chance)
            (withImage, without, all) = (withImage + right.withImage, without + right.without, all + right.of)
        }
        #expect(all == 200 && withImage > 180 && without < 60, "\(withImage), \(without)")
    }

    /// It takes long to begin: no side by itself tells anything.
    @Test func `what matches is learnt`() throws {
        let world = try PlainWorld(words: 4, times: 5)
        _ = try world.learn(.matching, steps: 700, rate: 0.001)
        let pairs = try world.pairs(shift: 0)
        let (texts, images) = try (
            world.scorer.scorable(pairs.texts, in: .fp32), world.scorer.scorable(pairs.images, in: .fp32)
        )
        func belief(shift: Int) throws -> Double {
            let others = try images.indexSelect(Tensor((0..<4).map { ($0 + shift) % 4 }, shape: [4]))
            let states = try world.scorer.joint.states(texts.selecting([0, 1, 2, 3]), others, training: false)
            let pooled = try world.scorer.joint.pooled(first: states.words.selected(1, 0))
            return try world.scorer.match(pooled).softmax(1).selected(1, 1).mean().item()
        }
        let beliefs = try (0..<4).map(belief)
        #expect(beliefs[0] > 0.7 && beliefs.dropFirst().allSatisfy { $0 < 0.4 }, "\(beliefs)")
    }

    @Test func `a method without tasks refuses them`() throws {
        let scorer = try ParameterStore.initialize(seed: 3) {
            try VSE(
                $0,
                BaselineConfiguration(
                    .vse, jointDimension: 4, regionDimension: 7, globalDimension: 5, textDimension: 6,
                    vocabularySize: 20))
        }.model
        let world = try Self.world()
        var generator = SeededGenerator(seed: 1)
        #expect(scorer.tasks.isEmpty)
        #expect(throws: TorchError.self) { try scorer.terms(of: .words, on: world.pairs, &generator) }
    }
}

/// Captions of one word, which says what the image shows; nothing else tells.
private struct PlainWorld {
    let scorer: UNITER
    private let parameters: ParameterSet
    private let words: [Int]
    private let looks: Tensor

    private let times: Int

    /// - Parameters:
    ///   - words: How many different ones there are.
    ///   - times: How often each is in a batch.
    init(words count: Int = 10, times: Int = 1) throws {
        self.times = times
        let configuration = try UNITERTests.configuration(width: 32, dropout: 0)
        (scorer, parameters) = try ParameterStore.initialize(seed: 3) { try UNITER($0, configuration) }
        try parameters.setRequiresGradient(true)
        words = Array(configuration.vocabulary.words.prefix(count))
        looks = try Tensor.normal([words.count, 7], generator: Generator(seed: 4))
    }

    /// - Parameter shift: By how many words captions are away from the right ones.
    func pairs(shift: Int) throws -> PairBatch {
        let numbers = (0..<words.count * times).map { $0 % words.count }
        let things = try Tensor(numbers.map { ($0 + shift) % words.count }, shape: [numbers.count])
        return try PairBatch(
            images: ImageBatch(
                regions: looks.indexSelect(things).unsqueezed(1).expanded([numbers.count, 2, 7]).contiguous(),
                globals: .zeros([numbers.count, 5]), boxes: .zeros([numbers.count, 2, 4])),
            texts: TextBatch(
                rows: Tensor(numbers.flatMap { [2, Int32(words[$0]), 3] }, shape: [3 * numbers.count, 1]),
                lengths: numbers.map { _ in 3 }),
            imageOfPair: numbers)
    }

    func learn(_ task: LearningTask, steps: Int, rate: Double = 0.003) throws -> SeededGenerator {
        let right = try pairs(shift: 0)
        let adam = try Adam([.init(parameters)])
        var chance = SeededGenerator(seed: 7)
        for _ in 0..<steps {
            let term = try scorer.whileTraining.terms(of: task, on: right, &chance)[0]
            try term.value.backward()
            try adam.step(learningRate: rate)
        }
        return chance
    }
}
