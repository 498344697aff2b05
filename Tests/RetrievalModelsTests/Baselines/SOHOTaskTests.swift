import AsCLBase
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// SOHO's tasks as it is evaluated, without dropout and with a dictionary at rest, beside the equations.
@Suite struct SOHOTaskTests {
    private let given: FormulaCase<SOHO>
    private let pairs: PairBatch
    private let rows: [[Int]]
    private let images: [[[Double]]]
    private let still: FormulaParameters

    init() throws {
        given = try SOHOTests.given(SOHOTests.configuration(dropout: 0), lengths: [4, 3, 6])
        pairs = PairBatch(images: given.images, texts: given.texts, imageOfPair: [0, 1, 2])
        let table = given.scorer.configuration.vocabulary.rows
        let all = try given.texts.rows.squeezed(1).array(Int32.self).map { table[Int($0)] }
        let offsets = given.texts.offsets
        rows = (0..<3).map { Array(all[offsets[$0]..<offsets[$0 + 1]]) }
        let given = given
        images = try (0..<3).map { try Plain.rows(given.images.regions.selected(0, $0)) }
        still = try FormulaParameters(given.parameters)
    }

    private func plain(_ parameters: FormulaParameters) -> PlainSOHO {
        PlainSOHO(p: parameters, still: still, configuration: given.scorer.configuration)
    }

    private func term(_ task: LearningTask) throws -> TaskTerm {
        var generator = SeededGenerator(seed: 5)
        return try #require(given.scorer.terms(of: task, on: pairs, &generator).first)
    }

    /// A term's value and slopes are those of an equation.
    private func expect(
        _ term: TaskTerm, idle: (String) -> Bool = { _ in false }, _ equation: (PlainSOHO) -> Double
    ) throws {
        #expect(try abs(term.value.item() - equation(plain(still))) < 1e-5)
        try term.value.backward()
        for (index, (name, tensor)) in given.parameters.entries.enumerated() {
            let gradient = try tensor.gradient?.array(Float.self) ?? []
            #expect(gradient.contains { abs($0) > 1e-6 } != (idle(name) || name.hasSuffix("self.key.bias")), "\(name)")
            if gradient.isEmpty { continue }
            let entry = index * 31 % gradient.count
            let more = equation(plain(still.moving(name, entry, 1e-5)))
            let slope = (more - equation(plain(still.moving(name, entry, -1e-5)))) / 2e-5
            #expect(abs(Double(gradient[entry]) - slope) < 2e-4 * max(1, abs(slope)), "\(name)[\(entry)]")
        }
    }

    @Test func `words are guessed by the equations`() throws {
        var generator = SeededGenerator(seed: 5)
        let masking = WordMasking(
            rows.flatMap(\.self), lengths: rows.map(\.count), given.scorer.configuration.vocabulary, &generator)
        let offsets = given.texts.offsets
        try expect(term(.words), idle: { $0.hasPrefix("heads.match") || $0.hasSuffix("mask_embedding") }) { plain in
            Plain.mean(
                zip(masking.places, masking.answers).map { place, answer in
                    let text = offsets.lastIndex { $0 <= place } ?? 0
                    let masked = Array(masking.rows[offsets[text]..<offsets[text + 1]])
                    let state = plain.states(rows: masked, images[text]).words[place - offsets[text]]
                    return Plain.entropy(plain.wordLogits(state), answer)
                })
        }
    }

    @Test func `entries of masked cells are guessed by the equations`() throws {
        let own = plain(still)
        let tokens = images.flatMap { $0.map(own.token) }
        var generator = SeededGenerator(seed: 5)
        let places = SOHOCells.masked(tokens, count: 4, chance: 0.5, &generator)
        #expect(Set(tokens).count > 1)
        try expect(term(.classes), idle: { $0.hasPrefix("heads.match") }) { plain in
            Plain.mean(
                places.map { place in
                    let masked = Set(places.filter { $0 / 4 == place / 4 }.map { $0 % 4 })
                    let states = plain.states(rows: rows[place / 4], images[place / 4], masked: masked).cells
                    return Plain.entropy(plain.entryLogits(states[place % 4]), tokens[place])
                })
        }
    }

    @Test func `matching is that of the equations`() throws {
        var generator = SeededGenerator(seed: 5)
        let partners = UNITER.partners([0, 1, 2], &generator)
        #expect(Set(partners.enumerated().map { $0 == $1 }).count == 2)
        try expect(term(.matching), idle: { $0.hasSuffix("mask_embedding") }) { plain in
            Plain.mean(
                partners.enumerated().map { text, image in
                    Plain.entropy(plain.match(rows: rows[text], images[image]), text == image ? 1 : 0)
                })
        }
    }

    @Test func `ranking is that of right pairs and of the wrong ones that score highest`() throws {
        let own = plain(still)
        let scores = images.map { image in rows.map { own.score(rows: $0, image) } }
        let others = { (pair: Int) in (0..<3).filter { $0 != pair } }
        let wrong =
            (0..<3).map { text in (others(text).max { scores[$0][text] < scores[$1][text] } ?? 0, text) }
            + (0..<3).map { image in (image, others(image).max { scores[image][$0] < scores[image][$1] } ?? 0) }
        try expect(term(.ranking), idle: { $0.hasSuffix("mask_embedding") }) { plain in
            Plain.mean(
                (0..<3).map { Plain.entropy(plain.match(rows: rows[$0], images[$0]), 1) }
                    + wrong.map { Plain.entropy(plain.match(rows: rows[$1], images[$0]), 0) })
        }
    }

    @Test func `ranking without a choice is that of right pairs and of all wrong ones`() throws {
        try expect(term(.everyPair), idle: { $0.hasSuffix("mask_embedding") }) { plain in
            Plain.mean(
                (0..<9).map { pair in
                    let (image, text) = (pair / 3, pair % 3)
                    return Plain.entropy(plain.match(rows: rows[text], images[image]), image == text ? 1 : 0)
                })
        }
        let wrong = SOHO.wrongPairs([4, 4, 7])
        #expect(wrong.map(\.image) == [0, 1, 2, 2] && wrong.map(\.text) == [2, 2, 0, 1])
    }

    @Test func `no pair of one image is wrong, and a batch of one image has none`() {
        let scores: [Float] = [9, 8, 1, 8, 9, 2, 3, 3, 9]
        let hardest = SOHO.hardest(scores, imageOfPair: [4, 4, 7])
        #expect(hardest.map(\.image) == [2, 2, 1, 0, 1, 2])
        #expect(hardest.map(\.text) == [0, 1, 2, 2, 2, 0])
        #expect(SOHO.hardest(scores, imageOfPair: [4, 4, 4]).isEmpty)
    }
}
