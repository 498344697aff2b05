import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct SOHOTests {
    static func configuration(width: Int = 8, dropout: Double = 0.1, dictionary: Int = 3) throws -> SOHOConfiguration {
        try SOHOConfiguration(
            jointDimension: width, layers: 2, heads: 2, regionDimension: 7, globalDimension: 5, textDimension: 6,
            maxTokens: 12, vocabulary: UNITERTests.vocabulary(), dropout: dropout, dictionary: dictionary)
    }

    /// Parameters as they are when they are first asked for.
    private final class Held {
        var parameters: FormulaParameters?
    }

    static func given(
        _ configuration: SOHOConfiguration? = nil, imageCount: Int = 3, lengths: [Int] = [4, 3, 5, 4, 8]
    ) throws -> FormulaCase<SOHO> {
        let configuration = try configuration ?? Self.configuration()
        let rows = configuration.vocabulary.rows
        let held = Held()
        return try FormulaCase(
            configuration, imageCount: imageCount, regions: 4, lengths: lengths, beginsAtTokens: true, SOHO.init
        ) { parameters, images, texts in
            let still = held.parameters ?? parameters
            held.parameters = still
            let plain = PlainSOHO(p: parameters, still: still, configuration: configuration)
            return images.map { image in
                texts.map { tokens in plain.score(rows: tokens.map { rows[Int($0[0])] }, image.regions) }
            }
        }
    }

    @Test func `scores are those of the equations`() throws { try Self.given().expectFormula() }

    @Test func `a score depends on its pair alone`() throws { try Self.given().expectScoresOfPairsAlone() }

    /// Straight through: the slope of e by x is that of the linear layer, as if there were no dictionary.
    @Test func `gradients are the slopes of the equations`() throws {
        let given = try Self.given(imageCount: 1, lengths: [4, 5])
        // Before anything moves.
        try given.expectFormula()
        try given.expectGradients { $0.hasSuffix("self.key.bias") || $0.hasSuffix("mask_embedding") }
    }

    @Test func `the triplet loss goes down`() throws {
        try Self.given(Self.configuration(width: 16, dropout: 0), imageCount: 5).expectLearning()
    }

    /// Statistics of all cells of the batch, entries that move before they are read, and the tokens of those before.
    @Test func `in training a batch's own statistics serve, and the dictionary moves`() throws {
        let given = try Self.given(Self.configuration(dropout: 0, dictionary: 2))
        let cells = given.scorer.cells
        let before = try FormulaParameters(given.parameters)
        let raw = try (0..<3).flatMap { try Plain.rows(given.images.regions.selected(0, $0)) }
        let weight = before["joint.image.features.weight"]
        let products = raw.map { x in (0..<8).map { Plain.dot(Array(weight[$0 * 7..<($0 + 1) * 7]), x) } }
        func normalized(_ rows: [[Double]], _ name: String) -> [[Double]] {
            var out = rows
            for column in rows[0].indices {
                let own = rows.map { $0[column] }
                let mean = Plain.mean(own)
                let deviation = (Plain.mean(own.map { ($0 - mean) * ($0 - mean) }) + 1e-5).squareRoot()
                for row in rows.indices {
                    out[row][column] =
                        (own[row] - mean) / deviation * before[name + ".weight"][column]
                        + before[name + ".bias"][column]
                }
            }
            return out
        }
        let x = normalized(products, "joint.image.feature_norm")
        let d = before["dictionary.vectors"]
        let tokens = x.map { x in
            Plain.squares(x, Array(d[0..<8])).reduce(0, +) < Plain.squares(x, Array(d[8...])).reduce(0, +) ? 0 : 1
        }
        let own = try cells(given.images, decay: 0.4)
        #expect(try own.tokens.array(Int.self) == tokens && Set(tokens).count == 2)
        let counts = (0..<2).map { j in 0.4 * before["dictionary.counts"][j] + 0.6 * Double(tokens.count { $0 == j }) }
        let entries = (0..<2).map { j in
            (0..<8).map { column in
                let sum = zip(x, tokens).filter { $1 == j }.map { $0.0[column] }.reduce(0, +)
                let all = counts.reduce(0, +)
                return (0.4 * before["dictionary.sums"][j * 8 + column] + 0.6 * sum)
                    / (all * (counts[j] + 1e-5) / (all + 2e-5))
            }
        }
        #expect(try Plain.distance(cells.dictionary.vectors, entries) < 1e-5)
        let e = tokens.map { before.layer("joint.image.line", entries[$0]) }
        let gate = before["joint.image.gate.weight"]
        let maps = normalized(
            zip(e, x).map { e, x in (0..<2).map { Plain.dot(Array(gate[$0 * 16..<($0 + 1) * 16]), e + x) } },
            "joint.image.gate_norm")
        let mixed = x.indices.map { row in
            let shares = Plain.softmax(maps[row])
            return (0..<8).map { shares[0] * e[row][$0] + shares[1] * x[row][$0] }
        }
        #expect(try Plain.distance(own.mixed, mixed) < 1e-5)
    }

    @Test func `the dictionary keeps more of its average from epoch to epoch, and none of it moves in evaluation`()
        throws
    {
        let given = try Self.given()
        #expect(given.scorer.decay == nil)
        let trained = given.scorer.whileTraining
        #expect((0..<4).map { trained.inEpoch($0).decay ?? 0 } == [0.4, 0.8, 0.99, 0.99])
        let before = try given.parameters.buffers.map { try $0.tensor.array(Float.self) }
        _ = try given.scores(given.images, given.texts)
        #expect(try given.parameters.buffers.map { try $0.tensor.array(Float.self) } == before)
        _ = try trained.scorable(given.images, in: .fp32)
        #expect(try given.parameters.buffers.map { try $0.tensor.array(Float.self) } != before)
    }

    @Test func `masked cells of an image share one token, and all that have it are masked`() {
        let tokens = [3, 1, 3, 3, 2, 2, 5, 2, 4, 4, 4, 4]
        var (images, seen): ([Int], Set<[Int]>) = ([0, 0, 0], [])
        for seed in 0..<400 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            let places = SOHOCells.masked(tokens, count: 4, chance: 0.5, &generator)
            #expect(!places.isEmpty)
            for image in 0..<3 {
                let own = places.filter { $0 / 4 == image }
                if own.isEmpty { continue }
                images[image] += 1
                seen.insert(own)
                #expect(own == (image * 4..<(image + 1) * 4).filter { tokens[$0] == tokens[own[0]] })
            }
        }
        #expect(images.allSatisfy { (160...280).contains($0) } && seen.count == 5)
        var generator = SeededGenerator(seed: 1)
        #expect(Set(SOHOCells.masked(tokens, count: 4, chance: 1, &generator).map { $0 / 4 }) == [0, 1, 2])
    }

    @Test(arguments: [
        (#""heads" : 2"#, #""heads" : 3"#, "heads: expected a divisor of joint_dimension 8, found 3"),
        (#""dictionary" : 3"#, #""dictionary" : 0"#, "dictionary: expected at least 1, found 0"),
        (#""temperature" : 0.1"#, #""temperature" : 0"#, "temperature: expected above 0, found 0.0"),
        (
            #""masked_images" : 0.5"#, #""masked_images" : 1.5"#,
            "masked_images: expected above 0 and at most 1, found 1.5"
        ),
        (
            #""joint_dimension" : 8"#, #""joint_dimension" : 6"#,
            "joint_dimension: expected a multiple of 4, as a cell's place is told by sines and cosines of its row and "
                + "column, found 6"
        ),
        (#""layers" : 2"#, #""layers" : 1048577"#, "layers: expected at most 1048576, found 1048577"),
    ])
    func `a configuration is what was written, or is refused`(_ old: String, _ new: String, _ line: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("soho-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/config.json"
        try Self.configuration().write(to: path)
        #expect(try SOHOConfiguration(path: path) == Self.configuration())
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        try Data(text.replacing(old, with: new).utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: InputError.self) { try SOHOConfiguration(path: path) }
        #expect(error?.description == "\(path): \(line)")
    }
}
