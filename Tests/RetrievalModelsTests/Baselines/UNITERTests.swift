import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct UNITERTests {
    /// Twenty tokens of which fourteen are known.
    static func vocabulary() throws -> CutVocabulary {
        let json =
            #"{"size": 20, "unknown": 1, "mask": 4, "frame": [2, 3], "words": [5, 6, 8, 9, 11, 12, 13, 15, 17, 18]}"#
        return try JSONDecoder().decode(CutVocabulary.self, from: Data(json.utf8))
    }

    static func configuration(
        _ method: Method = .uniter, width: Int = 8, dropout: Double = 0.1, transport: Double = 0, classes: Int = 0,
        hasDictionary: Bool = false
    ) throws -> JointConfiguration {
        try JointConfiguration(
            method, jointDimension: width, layers: 2, heads: 2, regionDimension: 7, globalDimension: 5,
            textDimension: 6,
            maxTokens: 12, vocabulary: vocabulary(), dropout: dropout, transportWeight: transport,
            classes: classes, hasDictionary: hasDictionary)
    }

    /// The same for both methods that such a configuration describes.
    static func given<Scorer: PairScorer>(
        _ configuration: JointConfiguration, imageCount: Int = 3, regions: Int = 5, lengths: [Int] = [4, 3, 5, 4, 8],
        _ build: (ParameterScope, JointConfiguration) throws -> Scorer
    ) throws -> FormulaCase<Scorer> {
        let rows = configuration.vocabulary.rows
        return try FormulaCase(
            configuration, imageCount: imageCount, regions: regions, lengths: lengths, beginsAtTokens: true, build
        ) { parameters, images, texts in
            images.map { image in
                texts.map { tokens in
                    PlainJoint(p: parameters, shape: configuration.shape, isOne: configuration.method.isUNITER)
                        .score(rows: tokens.map { rows[Int($0[0])] }, image)
                }
            }
        }
    }

    static func uniter(
        _ configuration: JointConfiguration? = nil, imageCount: Int = 3, regions: Int = 5,
        lengths: [Int] = [4, 3, 5, 4, 8]
    ) throws -> FormulaCase<UNITER> {
        try given(
            configuration ?? Self.configuration(), imageCount: imageCount, regions: regions, lengths: lengths,
            UNITER.init)
    }

    @Test func `scores are those of the equations`() throws { try Self.uniter().expectFormula() }

    @Test func `a score depends on its pair alone`() throws { try Self.uniter().expectScoresOfPairsAlone() }

    @Test(arguments: [Method.uniterDG, .tagsDC])
    func `what learns from more scores alike`(_ method: Method) throws {
        let given = try Self.uniter(Self.configuration(method))
        try given.expectFormula()
        try given.expectScoresOfPairsAlone()
    }

    @Test func `gradients are the slopes of the equations`() throws {
        // What all keys share changes no softmax; the rest are the tasks' own.
        try Self.uniter(imageCount: 1, lengths: [4, 5]).expectGradients {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("heads.mlm") || $0.hasPrefix("heads.regression")
                || $0.hasSuffix("mask_embedding")
        }
    }

    @Test func `the triplet loss goes down`() throws {
        try Self.uniter(Self.configuration(width: 16, dropout: 0), imageCount: 5).expectLearning()
    }

    @Test func `pairs scored in pieces have the scores of pairs alone`() throws {
        // So wide that a dozen pairs do not fit in one piece.
        let given = try Self.uniter(Self.configuration(width: 256), imageCount: 7, regions: 4000, lengths: [4, 6, 4])
        try withoutGradients {
            let all = try Plain.rows(given.scores(given.images, given.texts))
            for (image, text) in [(0, 0), (4, 1), (6, 2)] {
                let alone = try given.scores(given.images([image]), given.texts.selecting([text])).item()
                #expect(abs(alone - all[image][text]) < 1e-5)
            }
        }
    }

    @Test func `where regions are counts, and images without boxes have them nowhere`() throws {
        let given = try Self.uniter()
        let (images, texts) = (given.images, given.texts)
        let without = try ImageBatch(regions: images.regions, globals: images.globals)
        let nowhere = try ImageBatch(
            regions: images.regions, globals: images.globals, boxes: Tensor.zeros([3, 5, 4]))
        let scores = try given.scores(without, texts)
        #expect(try Plain.distance(scores, Plain.rows(given.scores(nowhere, texts))) < 1e-6)
        #expect(try Plain.distance(scores, Plain.rows(given.scores(images, texts))) > 1e-3)
        #expect(
            try Plain.rows(nowhere.places().selected(0, 0)) == Array(repeating: .init(repeating: 0, count: 7), count: 5)
        )
    }

    @Test func `values are left out in training alone`() throws {
        let given = try Self.uniter()
        let plain = try Plain.rows(given.scores(given.images, given.texts))
        #expect(try Plain.distance(given.scores(given.images, given.texts), plain) == 0)
        func trained(_ scorer: UNITER) throws -> Tensor {
            try scorer.similarity(
                scorer.scorable(given.images, in: .fp32), scorer.scorable(given.texts, in: .fp32))
        }
        #expect(try Plain.distance(trained(given.scorer.whileTraining), plain) > 1e-3)
        let whole = try Self.uniter(Self.configuration(dropout: 0))
        #expect(try Plain.distance(trained(whole.scorer.whileTraining), plain) < 1e-6)
    }

    @Test func `a token that no training caption has is one of those unknown`() throws {
        let given = try Self.uniter(lengths: [3, 3, 3])
        let texts = try TextBatch(
            rows: Tensor([2, 7, 3, 2, 10, 3, 2, 5, 3] as [Int32], shape: [9, 1]), lengths: [3, 3, 3])
        let scores = try Plain.rows(given.scores(given.images, texts))
        #expect(scores.allSatisfy { abs($0[0] - $0[1]) < 1e-6 && abs($0[0] - $0[2]) > 1e-4 })
    }

    @Test(arguments: [
        (#""heads" : 2"#, #""heads" : 3"#, "heads: expected a divisor of joint_dimension 8, found 3"),
        (#""dropout" : 0.1"#, #""dropout" : 1"#, "dropout: expected a probability below 1, found 1.0"),
        (#""dictionary" : false"#, #""dictionary" : true"#, "dictionary: expected false without classes, found true"),
        (#""layers" : 2"#, #""layers" : 0"#, "layers: expected at least 1, found 0"),
        (#""layers" : 2"#, #""layers" : 1048577"#, "layers: expected at most 1048576, found 1048577"),
        (
            #""joint_dimension" : 8"#, #""joint_dimension" : 9000000000000000000"#,
            "joint_dimension: expected at most 1048576, found 9000000000000000000"
        ),
        (
            #""classes" : 0"#, #""classes" : 9000000000000000000"#,
            "classes: expected at most 1048576, found 9000000000000000000"
        ),
        (#""classes" : 0"#, #""classes" : -1"#, "classes: expected at least 0, found -1"),
        (
            #""size" : 20"#, #""size" : 9000000000000000000"#,
            "vocabulary: expected at most 16777216 tokens, found 9000000000000000000"
        ),
        (#""mask" : 4"#, #""mask" : 5"#, "vocabulary: expected different tokens below its size 20, found others"),
        (#""size" : 20"#, #""size" : 18"#, "vocabulary: expected different tokens below its size 18, found others"),
    ])
    func `a configuration is what was written, or is refused`(_ old: String, _ new: String, _ line: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("uniter-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/config.json"
        try Self.configuration().write(to: path)
        #expect(try JointConfiguration(path: path) == Self.configuration())
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        try Data(text.replacing(old, with: new).utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: InputError.self) { try JointConfiguration(path: path) }
        #expect(error?.description == "\(path): \(line)")
    }
}
