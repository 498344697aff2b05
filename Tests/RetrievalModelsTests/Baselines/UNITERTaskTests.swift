import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct UNITERTaskTests {
    /// The case of three pairs of different images.
    private struct World {
        let given: FormulaCase<UNITER>
        let configuration: UNITERConfiguration
        let pairs: PairBatch
        let rows: [[Int]]
        let images: [FormulaImage]

        init(lengths: [Int] = [4, 3, 6], transport: Double = 0.3, classes: Int = 0, hasDictionary: Bool = false) throws
        {
            configuration = try UNITERTests.configuration(
                dropout: 0, transport: transport, classes: classes, hasDictionary: hasDictionary)
            given = try UNITERTests.uniter(configuration, lengths: lengths)
            pairs = PairBatch(
                images: given.images, texts: given.texts, imageOfPair: [0, 1, 2],
                classes: classes > 0 ? (0..<15).map { $0 * 5 % classes } : nil)
            let table = configuration.vocabulary.rows
            let all = try given.texts.rows.squeezed(1).array(Int32.self).map { table[Int($0)] }
            rows = lengths.indices.map { [given = given.texts] in Array(all[given.offsets[$0]..<given.offsets[$0 + 1]])
            }
            images = try (0..<3).map { [given] image in
                FormulaImage(
                    regions: try Plain.rows(given.images.regions.selected(0, image)), global: [],
                    boxes: try Plain.rows(#require(given.images.boxes).selected(0, image)))
            }
        }

        func terms(_ task: LearningTask) throws -> [TaskTerm] {
            var generator = SeededGenerator(seed: 5)
            return try given.scorer.whileTraining.terms(of: task, on: pairs, &generator)
        }

        func plain(_ parameters: FormulaParameters) -> PlainUNITER {
            PlainUNITER(p: parameters, configuration: configuration)
        }

        /// A term's value and slopes are those of an equation.
        func expect(
            _ term: TaskTerm, _ equation: (FormulaParameters) throws -> Double, idle: (String) -> Bool
        ) throws {
            let own = try FormulaParameters(given.parameters)
            #expect(try abs(term.value.item() - equation(own)) < 1e-5)
            try term.value.backward(retainingGraph: true)
            for (index, (name, tensor)) in given.parameters.entries.enumerated() {
                let gradient = try tensor.gradient?.array(Float.self) ?? []
                #expect(gradient.contains { abs($0) > 1e-6 } != idle(name), "\(name)")
                try tensor.clearGradient()
                if gradient.isEmpty { continue }
                let entry = index * 31 % gradient.count
                let slope =
                    try (equation(own.moving(name, entry, 1e-5)) - equation(own.moving(name, entry, -1e-5))) / 2e-5
                #expect(abs(Double(gradient[entry]) - slope) < 2e-4 * max(1, abs(slope)), "\(name)[\(entry)]")
            }
        }
    }

    private static func entropy(_ logits: [Double], _ answer: Int) -> Double {
        -Plain.softmax(logits)[answer].logarithm
    }

    @Test func `words are guessed by the equations`() throws {
        let world = try World()
        var generator = SeededGenerator(seed: 5)
        let masking = WordMasking(
            world.rows.flatMap(\.self), lengths: world.rows.map(\.count), world.configuration.vocabulary, &generator)
        let offsets = world.given.texts.offsets
        let term = try #require(world.terms(.words).first)
        #expect(term.name == "words" && term.weight == 1)
        try world.expect(term) { parameters in
            let plain = world.plain(parameters)
            var losses: [Double] = []
            for pair in world.rows.indices {
                let own = offsets[pair]..<offsets[pair + 1]
                let states = plain.states(rows: Array(masking.rows[own]), world.images[pair]).words
                for (place, answer) in zip(masking.places, masking.answers) where own.contains(place) {
                    losses.append(Self.entropy(plain.wordLogits(states[place - own.lowerBound]), answer))
                }
            }
            #expect(losses.count == masking.places.count)
            return losses.reduce(0, +) / Double(losses.count)
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.regression")
                || $0.hasSuffix("mask_embedding") || $0.hasPrefix("joint.pooler")
        }
    }

    @Test func `regions are guessed by the equations`() throws {
        let world = try World()
        var generator = SeededGenerator(seed: 5)
        let masked = (0..<3).map { WordMasking.chosen($0 * 5..<($0 + 1) * 5, &generator) }
        let term = try #require(world.terms(.regions).first)
        #expect(term.name == "regions" && term.weight == 1)
        try world.expect(term) { parameters in
            let plain = world.plain(parameters)
            var errors: [Double] = []
            for (pair, places) in masked.enumerated() {
                let own = places.map { $0 - 5 * pair }
                let states = plain.states(rows: world.rows[pair], world.images[pair], masked: Set(own)).regions
                for region in own {
                    errors += zip(plain.features(states[region]), world.images[pair].regions[region])
                        .map { ($0 - $1) * ($0 - $1) }
                }
            }
            return errors.reduce(0, +) / Double(errors.count)
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.mlm")
                || $0.hasPrefix("joint.pooler")
        }
    }

    /// A detector's, or those of a dictionary.
    @Test(arguments: [false, true])
    func `classes of regions are guessed by the equations`(_ hasDictionary: Bool) throws {
        let world = try World(classes: 4, hasDictionary: hasDictionary)
        let looks = world.images.flatMap(\.regions)
        if hasDictionary { try world.given.scorer.dictionary?.fill(Tensor(looks), seed: 3) }
        let vectors = try world.given.scorer.dictionary.map { try Plain.rows($0.vectors) }
        func answer(_ place: Int) -> Int {
            guard let vectors else { return place * 5 % 4 }
            let distances = vectors.map { vector in zip(vector, looks[place]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
            }
            return distances.indices.min { distances[$0] < distances[$1] } ?? 0
        }
        var generator = SeededGenerator(seed: 5)
        let masked = (0..<3).map { WordMasking.chosen($0 * 5..<($0 + 1) * 5, &generator) }
        let term = try #require(world.terms(.classes).first)
        #expect(term.name == "classes" && term.weight == 1)
        try world.expect(term) { parameters in
            let plain = world.plain(parameters)
            var losses: [Double] = []
            for (pair, places) in masked.enumerated() {
                let own = places.map { $0 - 5 * pair }
                let states = plain.states(rows: world.rows[pair], world.images[pair], masked: Set(own)).regions
                losses += places.map { Self.entropy(plain.classLogits(states[$0 - 5 * pair]), answer($0)) }
            }
            return losses.reduce(0, +) / Double(losses.count)
        } idle: {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.mlm")
                || $0.hasPrefix("heads.regression") || $0.hasPrefix("joint.pooler")
        }
    }

    @Test func `what no detector and no dictionary tells apart is no task`() throws {
        #expect(try World().given.scorer.tasks == [.matching, .words, .regions])
        let world = try World(classes: 4)
        #expect(world.given.scorer.tasks == [.matching, .words, .regions, .classes])
        let pairs = PairBatch(images: world.pairs.images, texts: world.pairs.texts, imageOfPair: [0, 1, 2])
        var generator = SeededGenerator(seed: 1)
        #expect(throws: TorchError.self) { try world.given.scorer.terms(of: .classes, on: pairs, &generator) }
    }

    @Test func `matching and transport are those of the equations`() throws {
        let world = try World()
        var generator = SeededGenerator(seed: 5)
        let partners = UNITER.partners([0, 1, 2], &generator)
        // Right pairs and wrong ones, or nothing is told apart.
        #expect(Set(partners.enumerated().map { $0 == $1 }).count == 2)
        let terms = try world.terms(.matching)
        #expect(terms.map(\.name) == ["matching", "transport"] && terms.map(\.weight) == [1, 0.3])
        try world.expect(terms[0]) { parameters in
            let plain = world.plain(parameters)
            return partners.enumerated().map { pair, partner in
                Self.entropy(
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
        try world.expect(terms[1]) { parameters in
            let plain = world.plain(parameters)
            return partners.enumerated().map { pair, partner in
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
        #expect(try World(transport: 0).terms(.matching).map(\.name) == ["matching"])
    }

    @Test func `a guess never depends on what was masked`() throws {
        let world = try World()
        let (joint, heads) = (world.given.scorer.joint, world.given.scorer.heads)
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
        // Words are replaced by numbers before anything looks at them.
        var generator = SeededGenerator(seed: 2)
        let rows = [2, 6, 7, 8, 3]
        let masking = WordMasking(rows, lengths: [5], world.configuration.vocabulary, &generator)
        #expect(zip(masking.places, masking.answers).allSatisfy { rows[$0] == $1 })
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

    /// Captions say what the image shows, and nothing else tells.
    @Test func `masked words are learnt from the image`() throws {
        let configuration = try UNITERTests.configuration(width: 32, dropout: 0)
        let (scorer, parameters) = try ParameterStore.initialize(seed: 3) { try UNITER($0, configuration) }
        try parameters.setRequiresGradient(true)
        let words = configuration.vocabulary.words
        let generator = try Generator(seed: 4)
        let looks = try Tensor.normal([words.count, 7], generator: generator)
        func pairs(shift: Int) throws -> PairBatch {
            let things = try Tensor((0..<words.count).map { ($0 + shift) % words.count }, shape: [words.count])
            return try PairBatch(
                images: ImageBatch(
                    regions: looks.indexSelect(things).unsqueezed(1).expanded([words.count, 2, 7]).contiguous(),
                    globals: .zeros([words.count, 5]), boxes: .zeros([words.count, 2, 4])),
                texts: TextBatch(
                    rows: Tensor(words.flatMap { [2, Int32($0), 3] }, shape: [3 * words.count, 1]),
                    lengths: words.map { _ in 3 }),
                imageOfPair: Array(0..<words.count))
        }
        let right = try pairs(shift: 0)
        let adam = try Adam([.init(parameters)])
        var chance = SeededGenerator(seed: 7)
        for _ in 0..<120 {
            let term = try scorer.whileTraining.terms(of: .words, on: right, &chance)[0]
            try term.value.backward()
            try adam.step(learningRate: 0.003)
        }
        #expect(try scorer.guessedRight(right, &chance) > 0.9)
        #expect(try scorer.guessedRight(pairs(shift: 3), &chance) < 0.3)
    }

    @Test func `a method without tasks refuses them`() throws {
        let scorer = try ParameterStore.initialize(seed: 3) {
            try VSE(
                $0,
                BaselineConfiguration(
                    .vse, jointDimension: 4, regionDimension: 7, globalDimension: 5, textDimension: 6,
                    vocabularySize: 20))
        }.model
        let world = try World()
        var generator = SeededGenerator(seed: 1)
        #expect(scorer.tasks.isEmpty)
        #expect(throws: TorchError.self) { try scorer.terms(of: .words, on: world.pairs, &generator) }
    }
}

extension Double {
    fileprivate var logarithm: Double { Foundation.log(self) }
}

extension Tensor {
    fileprivate init(_ rows: [[Double]]) throws {
        try self.init(rows.flatMap { $0.map(Float.init) }, shape: [rows.count, rows[0].count])
    }
}
