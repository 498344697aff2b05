import AsCLBase
import Foundation
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct ViSTATests {
    static func configuration(
        width: Int = 8, fusionLayers: Int = 2, dropout: Double = 0.1
    ) -> ViSTAConfiguration {
        ViSTAConfiguration(
            jointDimension: width, layers: 3, fusionLayers: fusionLayers, heads: 2, vectorDimension: 5, regions: 4,
            regionDimension: 7, globalDimension: 5, textDimension: 6, maxTokens: 12, dropout: dropout)
    }

    /// Something is written in every other image, from the first.
    static func given(
        _ configuration: ViSTAConfiguration = configuration(), imageCount: Int = 3, lengths: [Int] = [4, 1, 5, 8, 7],
        as view: ViSTA.View = .whole
    ) throws -> FormulaCase<ViSTA> {
        try FormulaCase(configuration, imageCount: imageCount, regions: 4, lengths: lengths) {
            try ViSTA($0, $1).seen(as: view)
        } formula: { parameters, images, texts in
            // By its first word.
            let plain = PlainViSTA(p: parameters, configuration: configuration)
            return images.map { image in
                let vectors = plain.vectors(image)
                let own = view == .image || view == .whole && image.scene.isEmpty ? vectors.image : vectors.fused
                return texts.map { Plain.dot(own, plain.text($0)) }
            }
        }
    }

    @Test(arguments: ViSTA.View.allCases)
    func `scores are those of the equations`(_ view: ViSTA.View) throws { try Self.given(as: view).expectFormula() }

    @Test func `a score depends on its pair alone`() throws { try Self.given().expectScoresOfPairsAlone() }

    @Test func `gradients are the slopes of the equations`() throws {
        try Self.given(imageCount: 1).expectGradients {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("image.projection")
        }
        // What is written reaches the image's own vector through the fusion token: all but the last text layer.
        try Self.given(imageCount: 1, as: .image).expectGradients {
            $0.hasSuffix("self.key.bias") || $0.hasPrefix("fusion.projection") || $0.hasPrefix("scene.encoder.layer.1")
        }
    }

    @Test func `the triplet loss goes down`() throws {
        try Self.given(Self.configuration(width: 16, dropout: 0), imageCount: 5).expectLearning()
    }

    /// Absence is a path of its own, and boxes count.
    @Test func `what is written counts, and where, in images that have it`() throws {
        let given = try Self.given()
        let scores = try Plain.rows(given.scores(given.images, given.texts))
        func without(_ change: (SceneTexts) throws -> SceneTexts?) throws -> [[Double]] {
            let images = try ImageBatch(
                regions: given.images.regions, globals: given.images.globals,
                sceneTexts: change(#require(given.images.sceneTexts)))
            return try Plain.rows(given.scores(images, given.texts))
        }
        let (absent, moved) = (
            try without { _ in nil },
            try without { try SceneTexts(images: $0.images, words: $0.words, boxes: $0.boxes * 0.5) }
        )
        for changed in [absent, moved] {
            for image in 0..<3 {
                let distance = zip(changed[image], scores[image]).map { abs($0 - $1) }.max() ?? 0
                #expect((distance < 1e-6) == (image == 1), "\(image): \(distance)")
            }
        }
        // An image without text has its own vector for the fused one's place.
        let images = try given.scorer.scorable(given.images([1, 0]), in: .fp32)
        #expect(images.withText == [1])
        let compared = try given.scorer.compared(images)
        #expect(try Plain.distance(compared.sliced(0, 0..<1), Plain.rows(images.image.sliced(0, 0..<1))) == 0)
        #expect(try Plain.distance(compared.sliced(0, 1..<2), Plain.rows(images.fused.sliced(0, 1..<2))) == 0)
    }

    /// With one fusion layer the picture meets the token before anything was read into it.
    @Test(arguments: [(1, false), (2, true)])
    func `what is written reaches the image's own vector from the second fusion layer on`(
        _ fusionLayers: Int, _ reaches: Bool
    ) throws {
        let given = try Self.given(Self.configuration(fusionLayers: fusionLayers), as: .image)
        let plain = try ImageBatch(regions: given.images.regions, globals: given.images.globals)
        let distance = try Plain.distance(
            given.scores(plain, given.texts), Plain.rows(given.scores(given.images, given.texts)))
        #expect((distance > 1e-4) == reaches && (reaches || distance < 1e-6))
    }

    @Test func `both vectors learn, the fused one of images that have text`() throws {
        let given = try Self.given()
        let images = try given.scorer.scorable(given.images, in: .fp32)
        let texts = try given.scorer.scorable(given.texts, in: .fp32)
        let parts = try given.scorer.learning(images, texts).parts
        #expect(parts.map(\.weight).first == 0.9 && abs((parts.last?.weight ?? 0) - 0.1) < 1e-12)
        #expect(parts.map(\.pairs) == [nil, [0, 2]])
        for (part, view) in zip(parts, [ViSTA.View.image, .fused]) {
            let scores = try given.scorer.seen(as: view).similarity(images, texts)
            #expect(try Plain.distance(part.scores, Plain.rows(scores)) < 1e-6)
        }
        let absent = try given.scorer.scorable(given.images([1]), in: .fp32)
        #expect(try given.scorer.learning(absent, texts).parts.count == 1)
    }

    @Test func `scene text follows its images`() throws {
        let given = try Self.given(imageCount: 5)
        let texts = try #require(given.images.sceneTexts)
        #expect(texts.images == [0, 2, 4] && texts.words.lengths == [3, 5, 7])
        let chosen = try #require(given.images([3, 4, 0, 4]).sceneTexts)
        #expect(chosen.images == [1, 2, 3] && chosen.words.lengths == [7, 3, 7])
        #expect(try Plain.distance(chosen.boxes.sliced(0, 7..<10), Plain.rows(texts.boxes.sliced(0, 0..<3))) == 0)
        #expect(try given.images([1, 3]).sceneTexts == nil)
        #expect(throws: TorchError.self) {
            try SceneTexts(images: [2, 0, 4], words: texts.words, boxes: texts.boxes)
        }
    }

    @Test(arguments: [
        (#""fusion_layers" : 2"#, #""fusion_layers" : 4"#, "fusion_layers: expected at most layers 3, found 4"),
        (#""fusion_layers" : 2"#, #""fusion_layers" : 0"#, "fusion_layers: expected at least 1, found 0"),
        (#""scene_tokens" : 30"#, #""scene_tokens" : 2"#, "scene_tokens: expected at least 3, found 2"),
        (#""image_weight" : 0.9"#, #""image_weight" : 1.5"#, "image_weight: expected a number from 0 to 1, found 1.5"),
        (#""heads" : 2"#, #""heads" : 3"#, "heads: expected a divisor of joint_dimension 8, found 3"),
        (#""regions" : 4"#, #""regions" : 1048577"#, "regions: expected at most 1048576, found 1048577"),
    ])
    func `a configuration is what was written, or is refused`(_ old: String, _ new: String, _ line: String) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vista-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/config.json"
        try Self.configuration().write(to: path)
        #expect(try ViSTAConfiguration(path: path) == Self.configuration())
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.contains(old))
        try Data(text.replacing(old, with: new).utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: InputError.self) { try ViSTAConfiguration(path: path) }
        #expect(error?.description == "\(path): \(line)")
    }
}
