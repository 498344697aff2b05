import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// Captions that TAGS-DC writes, and what it learns from them.
@Suite struct TAGSDCTests {
    private struct World {
        let given: JointTaskCase<UNITER>
        let captions: [RefillCaption]
        let settings = RefillSettings(maskings: 3, draws: 3, kept: 4, temperature: 1.5)

        init() throws {
            given = try JointTaskCase(UNITERTests.configuration(.tagsDC, dropout: 0), UNITER.init)
            let tokens = try given.pairs.texts.rows.squeezed(1).array(Int32.self)
            let offsets = given.pairs.texts.offsets
            let texts = (0..<3).map { Array(tokens[offsets[$0]..<offsets[$0 + 1]]) }
            // The first has units of several words and of words in common, the second one word, the third none.
            captions = [
                RefillCaption(tokens: texts[2], known: [texts[2], texts[0]], units: [[1, 2], [2, 3], [4]]),
                RefillCaption(tokens: texts[1], known: [texts[1]], units: [[1]]),
                RefillCaption(tokens: texts[0], known: [texts[0]], units: []),
            ]
        }

        var scorer: UNITER { given.given.scorer }
        /// The table's rows of each caption, and its image.
        var rows: [[Int]] { [given.rows[2], given.rows[1], given.rows[0]] }

        func written() throws -> [[Refill]] {
            var generator = SeededGenerator(seed: 4)
            return try captions.enumerated().map { place, caption in
                try scorer.refills(
                    of: caption, on: scorer.scorable(given.given.images([place]), in: .fp32), settings, &generator)
            }
        }

        func terms(writtenBy writer: UNITER? = nil) throws -> [TaskTerm] {
            var generator = SeededGenerator(seed: 4)
            return try scorer.whileTraining.terms(
                of: captions, on: given.pairs.images, writtenBy: writer ?? scorer, settings, margin: 0.2, &generator)
        }
    }

    @Test func `sentences, discrimination and correction are those of the equations`() throws {
        let world = try World()
        let (given, written) = (world.given, try world.written())
        #expect(written[0].count > 1 && !written[1].isEmpty && written[2].isEmpty)
        let all = written.enumerated().flatMap { place, refills in refills.map { (place, $0) } }
        let terms = try world.terms()
        #expect(terms.map(\.name) == ["sentences", "discrimination", "correction"])
        func idle(_ name: String) -> Bool {
            name.hasSuffix("self.key.bias") || name.hasPrefix("heads.mlm") || name.hasPrefix("heads.regression")
                || name.hasSuffix("mask_embedding")
        }
        func sigma(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        try given.expect(terms[0]) { plain in
            Plain.mean(
                all.map { place, refill in
                    let image = given.images[place]
                    return max(
                        0,
                        0.2 + sigma(plain.score(rows: refill.rows, image))
                            - sigma(plain.score(rows: world.rows[place], image)))
                })
        } idle: {
            idle($0) || $0.hasPrefix("heads.discrimination") || $0.hasPrefix("heads.correction")
        }
        try given.expect(terms[1]) { plain in
            Plain.mean(
                all.flatMap { place, refill in
                    let states = plain.states(rows: refill.rows, given.images[place]).words
                    return (1..<refill.rows.count - 1).map { word in
                        let isOwn = refill.rows[word] == world.rows[place][word]
                        let logits = plain.p.layer("heads.discrimination", states[word])
                        return (isOwn ? 0.11 : 1) * Plain.entropy(logits, isOwn ? 1 : 0)
                    }
                })
        } idle: {
            idle($0) || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.correction")
                || $0.hasPrefix("joint.pooler")
        }
        try given.expect(terms[2]) { plain in
            Plain.mean(
                all.flatMap { place, refill in
                    let states = plain.states(rows: refill.rows, given.images[place]).words
                    return refill.places.map { word in
                        Plain.entropy(
                            plain.wordLogits(states[word], head: "heads.correction"), world.rows[place][word])
                    }
                })
        } idle: {
            idle($0) || $0.hasPrefix("heads.match") || $0.hasPrefix("heads.discrimination")
                || $0.hasPrefix("joint.pooler")
        }
    }

    @Test func `refills are new in masked places alone, and the best of many`() throws {
        let world = try World()
        let (caption, own) = (world.captions[0], world.rows[0])
        let table = world.given.configuration.vocabulary.rows
        let known = caption.known.map { $0.map { table[Int($0)] } }
        let image = try world.scorer.scorable(world.given.given.images([0]), in: .fp32)
        func refills(_ kept: Int, seed: UInt64) throws -> [Refill] {
            var generator = SeededGenerator(seed: seed)
            return try world.scorer.refills(
                of: caption, on: image, RefillSettings(maskings: 5, draws: 6, kept: kept, temperature: 1), &generator)
        }
        for seed in 0..<8 as Range<UInt64> {
            let all = try refills(30, seed: seed)
            #expect(Set(all.map(\.rows)).count == all.count)
            for refill in all {
                #expect(Set(refill.places).isSubset(of: [1, 2, 3, 4]))
                #expect(refill.rows.count == own.count && refill.rows != own && !known.contains(refill.rows))
                for place in own.indices where !refill.places.contains(place) {
                    #expect(refill.rows[place] == own[place])
                }
                let ordinary = world.given.configuration.vocabulary.ordinaryRows
                #expect(refill.places.allSatisfy { ordinary.contains(refill.rows[$0]) })
                let new = own.indices.filter { refill.rows[$0] != own[$0] }.map { refill.rows[$0] }
                #expect(new.contains { !known.joined().contains($0) })
            }
            #expect(try refills(3, seed: seed) == Array(all.prefix(3)))
            let plain = try world.given.plain(FormulaParameters(world.given.given.parameters))
            let scores = all.map { plain.score(rows: $0.rows, world.given.images[0]) }
            #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 > $1 - 1e-5 })
        }
    }

    @Test func `the colder the draws, the fewer different refills`() throws {
        let world = try World()
        let image = try world.scorer.scorable(world.given.given.images([0]), in: .fp32)
        func count(_ temperature: Double) throws -> Int {
            var generator = SeededGenerator(seed: 5)
            return try world.scorer.refills(
                of: world.captions[0], on: image,
                RefillSettings(maskings: 1, draws: 40, kept: 40, temperature: temperature), &generator
            ).count
        }
        // One word a place, against chance between ten.
        let (cold, hot) = (try count(1e-4), try count(1e4))
        #expect(cold <= 1 && hot > 5, "\(cold), \(hot)")
    }

    @Test func `a word is drawn as often as its chance says`() {
        var generator = SeededGenerator(seed: 6)
        var counts = [0, 0, 0]
        for _ in 0..<4000 { counts[UNITER.drawn([0.5, 0, 0.5], &generator)] += 1 }
        #expect(counts[1] == 0 && abs(counts[0] - 2000) < 120)
        // Chances that rounding leaves short of one.
        #expect(UNITER.drawn([0, 0], &generator) == 1)
    }

    @Test func `no gradient reaches whoever writes`() throws {
        let (world, other) = (try World(), try World())
        for term in try world.terms(writtenBy: other.scorer) { try term.value.backward(retainingGraph: true) }
        #expect(other.given.given.parameters.entries.allSatisfy { $0.tensor.gradient == nil })
        #expect(world.given.given.parameters.entries.contains { $0.tensor.gradient != nil })
    }

    @Test func `what cannot be rewritten gives no term`() throws {
        let world = try World()
        var generator = SeededGenerator(seed: 1)
        let terms = try world.scorer.terms(
            of: [world.captions[2]], on: world.given.given.images([2]), writtenBy: world.scorer, world.settings,
            margin: 0.2, &generator)
        #expect(terms.isEmpty)
    }

    @Test func `heads begin as those that learned before, once`() throws {
        let configuration = try UNITERTests.configuration(.tagsDC)
        let (scorer, parameters) = try ParameterStore.initialize(seed: 3) { try UNITER($0, configuration) }
        func values(_ name: String) throws -> [Float] {
            try #require(parameters.dictionary[name]).detached().array(Float.self)
        }
        let pairs = [
            ("heads.discrimination.weight", "heads.match.weight"), ("heads.discrimination.bias", "heads.match.bias"),
            ("heads.correction.dense.weight", "heads.mlm.dense.weight"),
            ("heads.correction.dense.bias", "heads.mlm.dense.bias"),
        ]
        for (own, other) in pairs { #expect(try values(own) != values(other)) }
        try scorer.beginRefills()
        for (own, other) in pairs { #expect(try values(own) == values(other)) }
        for name in ["LayerNorm.weight", "LayerNorm.bias", "bias"] {
            try #require(parameters.dictionary["heads.mlm.\(name)"]).fill(7)
        }
        try #require(parameters.dictionary["heads.match.weight"]).fill(7)
        try scorer.beginRefills()
        #expect(try values("heads.discrimination.weight") != values("heads.match.weight"))
        #expect(try values("heads.correction.bias") != values("heads.mlm.bias"))
    }

    @Test func `rates of one word sum to 15 %, and a unit is masked whole`() throws {
        let units = [[1, 2], [2, 3, 4], [5]]
        let rates = UnitMasking.rates(units)
        for place in 1...5 {
            var sum = 0.0
            for (unit, rates) in zip(units, rates) {
                for (own, rate) in zip(unit, rates) where own == place { sum += rate }
            }
            #expect(abs(sum - 0.15) < 1e-12)
        }
        let vocabulary = try UNITERTests.vocabulary()
        var generator = SeededGenerator(seed: 9)
        var counts = [0, 0, 0]
        for _ in 0..<6000 {
            let masking = UnitMasking([2, 5, 6, 7, 8, 9, 3], units: units, vocabulary, &generator)
            let drawn = units.indices.filter { Set(masking.places).isSuperset(of: units[$0]) }
            #expect(!drawn.isEmpty && Set(drawn.flatMap { units[$0] }) == Set(masking.places))
            #expect(masking.rows[0] == 2 && masking.rows[6] == 3)
            for unit in drawn { counts[unit] += 1 }
        }
        // Mean rates 0.1125, 0.125 and 0.15; where none is drawn, each is as likely.
        let none: Double = (1 - 0.1125) * (1 - 0.125) * (1 - 0.15) / 3
        for (count, rate) in zip(counts, [0.1125, 0.125, 0.15]) {
            let found = Double(count) / 6000
            #expect(abs(found - rate - none) < 0.02, "\(counts)")
        }
    }
}
