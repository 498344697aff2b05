import Foundation
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

@Suite struct DIMETests {
    static let directions = BaselineConfiguration.Direction.allCases

    @Test(arguments: directions)
    func `scores are those of the equations`(_ direction: BaselineConfiguration.Direction) throws {
        try dime(direction).expectFormula()
    }

    @Test(arguments: directions)
    func `a score depends on its pair alone`(_ direction: BaselineConfiguration.Direction) throws {
        try dime(direction).expectScoresOfPairsAlone()
    }

    @Test(arguments: [BaselineConfiguration.Direction.imageToText, .textToImage])
    func `gradients are the slopes of the equations`(_ direction: BaselineConfiguration.Direction) throws {
        // What all keys share changes no softmax, and codes of paths are the regulariser's.
        try dime(direction, imageCount: 1, lengths: [4, 5]).expectGradients {
            $0.hasSuffix("reasoning.key.bias") || $0.contains("path_code")
        }
    }

    @Test(arguments: directions)
    func `the triplet loss goes down`(_ direction: BaselineConfiguration.Direction) throws {
        try dime(direction, imageCount: 5).expectLearning()
    }

    @Test(arguments: directions)
    func `closed routers leave the skips`(_ direction: BaselineConfiguration.Direction) throws {
        let given = try dime(direction)
        // The first path of every cell: one of four in layers 0 and 1, the only one in layer 2.
        for (name, tensor) in given.parameters.entries where name.hasSuffix("router.output.bias") {
            var values = [Float](repeating: 1, count: tensor.shape[0])
            values[0] = -9
            try withoutGradients { try tensor.copy(from: Tensor(values, shape: tensor.shape)) }
        }
        try given.expectFormula()
    }

    @Test(arguments: directions)
    func `pairs scored in pieces have the scores of pairs alone`(_ direction: BaselineConfiguration.Direction) throws {
        // So many numbers that 12 images do not fit in one piece.
        let given = try FormulaCase(
            configuration(direction, dimension: 512), imageCount: 12, regions: 400, lengths: [8, 7],
            DIME.init, formula: { _, _, _ in [] })
        try withoutGradients {
            let all = try Plain.rows(given.scores(given.images, given.texts))
            for (image, text) in [(0, 0), (6, 1), (11, 0)] {
                let alone = try given.scores(given.images([image]), given.texts.selecting([text])).item()
                #expect(abs(alone - all[image][text]) < 1e-5)
            }
        }
    }

    @Test(arguments: directions)
    func `the regulariser compares paths with what captions say`(_ direction: BaselineConfiguration.Direction) throws {
        let given = try dime(direction)
        let learning = try given.scorer.learning(
            given.scorer.scorable(given.images, in: .fp32), given.scorer.scorable(given.texts, in: .fp32))
        let (name, value) = try #require(learning.regularization)
        #expect(name == "paths")
        let parameters = try FormulaParameters(given.parameters)
        let (images, texts) = try (given.rawImages(), given.rawTexts())
        let meanings = texts[..<images.count].map { Plain.unit(mean($0)) }
        var expected = 0.0
        for part in parts(direction) {
            let paths = images.map { image in
                texts[..<images.count].map { PlainDIME(parameters, part).pair(image, $0).paths }
            }
            let codes = images.indices.map { item in
                let partners = images.indices.map { part == .imageToText ? paths[item][$0] : paths[$0][item] }
                return Plain.unit(parameters.layer("\(part.rawValue).path_code", mean(partners)))
            }
            for (a, own) in codes.enumerated() {
                for (b, other) in codes.enumerated() {
                    let difference = Plain.dot(own, other) - Plain.dot(meanings[a], meanings[b])
                    expected += 0.5 * difference * difference / Double(images.count)
                }
            }
        }
        #expect(try abs(value.item() - expected) < 1e-5)
        try value.backward()
        let code = try #require(given.parameters.entries.first { $0.name.hasSuffix("path_code.weight") })
        #expect(try #require(code.tensor.gradient).array(Float.self).contains { $0 != 0 })
    }

    @Test func `parts learn apart and are ranked together`() throws {
        let given = try dime(.both)
        let (images, texts) = try (
            given.scorer.scorable(given.images, in: .fp32), given.scorer.scorable(given.texts, in: .fp32)
        )
        let scores = try given.scorer.learning(images, texts).scores
        #expect(scores.count == 2)
        let mean = try Plain.rows((scores[0] + scores[1]) * 0.5)
        #expect(try Plain.distance(given.scorer.similarity(images, texts), mean) < 1e-6)
        try scores[0].sum().backward()
        for (name, tensor) in given.parameters.entries where name.hasPrefix("text_to_image") {
            #expect(tensor.gradient == nil, "\(name)")
        }
    }

    @Test func `heads that do not divide the dimension are refused`() throws {
        #expect(throws: (any Error).self) {
            try configuration(.both, dimension: 24).validate(path: "config.json")
        }
    }

    private func configuration(_ direction: BaselineConfiguration.Direction, dimension: Int) -> BaselineConfiguration {
        BaselineConfiguration(
            .dime, jointDimension: dimension, regionDimension: 7, globalDimension: 5, textDimension: 6,
            vocabularySize: 20, direction: direction)
    }

    private func parts(_ direction: BaselineConfiguration.Direction) -> [BaselineConfiguration.Direction] {
        direction == .both ? [.imageToText, .textToImage] : [direction]
    }

    private func dime(
        _ direction: BaselineConfiguration.Direction, imageCount: Int = 3, lengths: [Int] = [4, 1, 5, 8, 7]
    ) throws -> FormulaCase<DIME> {
        let parts = parts(direction)
        return try FormulaCase(
            configuration(direction, dimension: 16), imageCount: imageCount, lengths: lengths, DIME.init
        ) { parameters, images, texts in
            images.map { image in
                texts.map { words in
                    parts.map { PlainDIME(parameters, $0).pair(image.regions, words).score }.reduce(0, +)
                        / Double(parts.count)
                }
            }
        }
    }
}

extension FormulaCase {
    fileprivate func rawImages() throws -> [[[Double]]] {
        try (0..<images.count).map { try Plain.rows(images.regions.selected(0, $0)) }
    }

    fileprivate func rawTexts() throws -> [[[Double]]] {
        let rows = try Plain.rows(texts.rows)
        return texts.lengths.indices.map { Array(rows[texts.offsets[$0]..<texts.offsets[$0 + 1]]) }
    }
}

private func mean(_ rows: [[Double]]) -> [Double] {
    rows[0].indices.map { place in rows.map { $0[place] }.reduce(0, +) / Double(rows.count) }
}
private func maximum(_ rows: [[Double]]) -> [Double] {
    rows[0].indices.map { place in rows.map { $0[place] }.max() ?? 0 }
}
private func plus(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(+) }
private func times(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map(*) }
private func scaled(_ a: [Double], _ factor: Double) -> [Double] { a.map { $0 * factor } }
private func relu(_ a: [Double]) -> [Double] { a.map { max($0, 0) } }

/// One part of DIME, pair by pair.
private struct PlainDIME {
    let parameters: FormulaParameters
    let part: BaselineConfiguration.Direction

    init(_ parameters: FormulaParameters, _ part: BaselineConfiguration.Direction) {
        self.parameters = parameters
        self.part = part
    }

    private func layer(_ name: String, _ x: [Double]) -> [Double] {
        parameters.layer("\(part.rawValue).\(name)", x)
    }

    private func norm(_ name: String, _ x: [Double]) -> [Double] {
        let name = "\(part.rawValue).\(name)"
        let (mean, variance) = (parameters[name + ".running_mean"], parameters[name + ".running_var"])
        let (weight, bias) = (parameters[name + ".weight"], parameters[name + ".bias"])
        return x.indices.map { weight[$0] * (x[$0] - mean[$0]) / (variance[$0] + 1e-5).squareRoot() + bias[$0] }
    }

    func pair(_ raw: [[Double]], _ words: [[Double]]) -> (score: Double, paths: [Double]) {
        let (text, sentence) = encoded(words)
        let joint = raw.map { layer("image.region", $0) }
        let regions = joint.map(Plain.unit)
        switch part {
        case .textToImage:
            return interaction(text, regions, Plain.unit(norm("image.global_norm", mean(joint))))
        default: return interaction(regions, text, sentence)
        }
    }

    private func encoded(_ words: [[Double]]) -> (words: [[Double]], sentence: [Double]) {
        let none = words[0].map { _ in 0.0 }
        let local = words.indices.map { place in
            let before = place > 0 ? words[place - 1] : none
            let after = place + 1 < words.count ? words[place + 1] : none
            return relu(
                layer("text.convolutions.1", words[place]) + layer("text.convolutions.2", words[place] + after)
                    + layer("text.convolutions.3", before + words[place] + after))
        }
        let direct = words.map { layer("text.direct", $0) }
        return (
            zip(local, direct).map { Plain.unit(plus(layer("text.joint", $0), $1)) },
            Plain.unit(plus(layer("text.joint", maximum(local)), mean(direct)))
        )
    }

    private func interaction(
        _ own: [[Double]], _ context: [[Double]], _ summary: [Double]
    ) -> (score: Double, paths: [Double]) {
        var states = [[[Double]]](repeating: own, count: 4)
        var paths: [Double] = []
        for level in 0..<3 {
            let name = "layers.\(level)"
            let cells = [
                states[0].map(relu), guidance(name, states[1], summary), reasoning(name, states[2]),
                refinement(name, states[3], context),
            ]
            let open = zip(["identity", "guidance", "reasoning", "refinement"], states).map { cell, state in
                let hidden = relu(layer("\(name).\(cell).router.hidden", mean(state)))
                return relu(layer("\(name).\(cell).router.output", hidden).map { tanh($0) })
            }
            if level < 2 {
                let sums = (0..<4).map { path in open.map { $0[path] }.reduce(0, +) }
                let weights = open.map { cell in (0..<4).map { cell[$0] / (sums[$0] + 1e-8) } }
                paths += weights.flatMap(\.self)
                states = (0..<4).map { path in
                    own.indices.map { place in
                        cells.indices.reduce(scaled(cells[0][place], sums[path] < 1e-4 ? 1 : 0)) {
                            plus($0, scaled(cells[$1][place], weights[$1][path]))
                        }
                    }
                }
            } else {
                paths += open.flatMap(\.self)
                let skips = open.map { $0[0] < 1e-4 / 4 ? 1.0 : 0 }
                let total = open.map { $0[0] }.reduce(0, +) + skips.reduce(0, +)
                states[0] = own.indices.map { place in
                    let sum = cells.indices.reduce(own[place].map { _ in 0 }) {
                        plus(
                            $0,
                            plus(scaled(cells[$1][place], open[$1][0]), scaled(states[$1][place], skips[$1])))
                    }
                    return scaled(sum, 1 / total)
                }
            }
        }
        let final = states[0].map { norm("norm", $0) }
        return (Plain.dot(Plain.unit(plus(mean(final), maximum(final))), summary), paths)
    }

    private func guidance(_ name: String, _ x: [[Double]], _ summary: [Double]) -> [[Double]] {
        let guided = x.map { times(layer("\(name).guidance.linear", $0), summary) }
        let lengths = guided[0].indices.map { channel in
            guided.map { $0[channel] * $0[channel] }.reduce(0, +).squareRoot()
        }
        return zip(x, guided).map { x, guided in
            x.indices.map { (1 + guided[$0] / lengths[$0]) * x[$0] }
        }
    }

    private func reasoning(_ name: String, _ x: [[Double]]) -> [[Double]] {
        let name = "\(name).reasoning"
        let (queries, keys, values) = (
            x.map { layer(name + ".query", $0) }, x.map { layer(name + ".key", $0) },
            x.map { layer(name + ".value", $0) }
        )
        let width = x[0].count / 16
        return x.indices.map { place in
            let gathered = (0..<16).flatMap { head in
                let channels = head * width..<(head + 1) * width
                let weights = Plain.softmax(
                    keys.map {
                        Plain.dot(Array(queries[place][channels]), Array($0[channels])) / Double(width).squareRoot()
                    })
                return channels.map { channel in zip(weights, values).map { $0 * $1[channel] }.reduce(0, +) }
            }
            let attended = plus(x[place], gathered)
            return plus(attended, layer(name + ".output", relu(layer(name + ".hidden", attended))))
        }
    }

    private func refinement(_ name: String, _ x: [[Double]], _ context: [[Double]]) -> [[Double]] {
        let name = "\(name).refinement"
        let products = x.map { x in
            context.map { other in
                let product = Plain.dot(x, other)
                return product > 0 ? product : product / 10
            }
        }
        let lengths = context.indices.map { n in products.map { $0[n] * $0[n] }.reduce(0, +).squareRoot() }
        let sharpness = part == .imageToText ? 4.0 : 9
        return zip(x, products).map { x, products in
            let weights = Plain.softmax(zip(products, lengths).map { sharpness * $0 / $1 })
            let found = x.indices.map { channel in zip(weights, context).map { $0 * $1[channel] }.reduce(0, +) }
            let moved = plus(times(x, layer(name + ".scale", found).map { tanh($0) }), layer(name + ".shift", found))
            return plus(x, layer(name + ".output", relu(layer(name + ".hidden", moved))))
        }
    }
}
