import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels
@testable import RetrievalTraining

/// ViSTA on six pictures, in some of which something is written, or in none.
@Suite struct ViSTATrainingTests {
    private struct World {
        let training: TinyTraining
        let split: RetrievalSplit

        /// - Parameter writing: A line an image; without them there is no file.
        init(_ writing: [String]? = World.writing, _ overrides: String...) throws {
            var training = try TinyTraining(regions: 4)
            try training.configuration.apply(
                overrides: [
                    "model.method=vista", "model.joint_dimension=8", "model.heads=2", "model.layers=2",
                    "model.fusion_layers=1", "model.vector_dimension=6", "model.dropout=0", "model.max_tokens=12",
                    "model.scene_tokens=6", "loss.positives=false", "loss.negatives=false", "loss.temperature=0.07",
                ] + overrides)
            if let writing {
                try training.folder.write(writing.joined(separator: "\n") + "\n", to: "test_scene_text.jsonl")
            }
            self.training = training
            split = try Dataset(path: training.folder.path).split("test")
        }

        static let writing = [
            #"[{"text": "red ball", "box": [0.1, 0.2, 0.5, 0.4]}, {"text": "cat", "box": [0.5, 0.5, 0.9, 1.02]}]"#,
            "[]",
            #"[{"text": "dog", "box": [0, 0, 1, 1]}]"#, "[]", "[]",
            #"[{"text": "old young tree", "box": [0, 0, 0.5, 1]}, {"text": "boat house", "box": [0, 0, 1, 0.5]}]"#,
        ]

        func model(seed: UInt64 = 1) throws -> RetrievalModel {
            let encoder = try TextEncoder(directory: training.folder.path + "/bert")
            return try RetrievalModel(
                training.configuration.modelConfiguration(for: split, encoder), textEncoder: encoder, seed: seed)
        }

        func trainer(
            _ model: RetrievalModel, onEvent: (TrainingEvent) -> Void = { _ in }
        ) throws -> Trainer {
            try Trainer(training.configuration, model: model, train: split, validation: split, onEvent: onEvent)
        }
    }

    @Test(arguments: [true, false])
    func `a run ends alike, interrupted or not, and its model is read again`(_ isWritten: Bool) throws {
        let world = try World(isWritten ? World.writing : nil)
        var notices: [String] = []
        let model = try world.model()
        let trainer = try world.trainer(model) { if case .notice(let line) = $0 { notices.append(line) } }
        let outcome = try trainer.run(in: world.training.output("whole"))
        for step in 1...6 {
            let folder = try RunFolder(
                claiming: world.training.folder.path + "/parts", existing: step == 1 ? .refuse : .resume)
            let part = try world.trainer(world.model(seed: UInt64(step == 1 ? 1 : 100 + step)))
                .run(in: folder, isStopping: { true })
            #expect(part == (step < 6 ? .stopped : outcome))
        }
        for file in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(
                try world.training.folder.data("whole/" + file) == world.training.folder.data("parts/" + file),
                "\(file)")
        }
        #expect(
            notices.contains(
                isWritten
                    ? "test: scene text in 3 of 6 images" : "test: no scene text; the images' own vectors serve"))
        #expect(notices.contains { $0.hasPrefix("test: vista reads a grid of 2 x 2 features from a file") })
        let again = try RetrievalModel(checkpoint: world.training.folder.path + "/whole")
        #expect(again.configuration.method == .vista && again.otherViews.map(\.name) == ["image", "fused"])
        let views = try ([again] + again.otherViews.map(\.model)).map { try scores($0, world.split) }
        for image in 0..<6 {
            let hasText = isWritten && [0, 2, 5].contains(image)
            #expect(views[0][image] == views[hasText ? 2 : 1][image] && views[1][image] != views[2][image])
        }
    }

    private func scores(_ model: RetrievalModel, _ split: RetrievalSplit) throws -> [[Float]] {
        try scores(model.scorer, model, split)
    }

    private func scores(_ scorer: some PairScorer, _ model: RetrievalModel, _ split: RetrievalSplit) throws -> [[Float]]
    {
        let images = try scorer.scorable(model.images(split, Array(0..<6)), in: .fp32)
        let texts = try scorer.scorable(model.encode(model.tokenize(split.captions).map(\.ids)), in: .fp32)
        let values = try scorer.similarity(images, texts).detached().array(Float.self)
        return (0..<6).map { Array(values[$0 * 12..<($0 + 1) * 12]) }
    }

    /// alpha times the loss of all pairs by image vectors, and the rest times that of pairs with text by fused ones.
    @Test func `the loss is of both vectors`() throws {
        let world = try World(World.writing, "loss.image_weight=0.7")
        let model = try world.model()
        let tokens = try model.tokenize(world.split.captions).map(\.ids)
        let loss = BatchLoss(
            configuration: world.training.configuration,
            samples: GeneratedSamples(
                configuration: world.training.configuration.samples, split: world.split, tokens: tokens,
                words: WordSource(model, encoderIsTrained: false)))
        var generator = SeededGenerator(seed: 2)
        // Two captions of image 2, in which something is written, one of image 3, in which nothing is, and two of others.
        let batch = [4, 6, 5, 0, 11]
        let value = try loss(batch, of: model.scorer, epoch: 0, &generator)
        let views = try model.otherViews.map { try scores($0.model, world.split) }
        func contrastive(_ pairs: [Int], _ scores: [[Float]]) throws -> Double {
            let table = pairs.flatMap { image in pairs.map { scores[image / 2][$0] } }
            return try RetrievalLoss.contrastive(
                Tensor(table, shape: [pairs.count, pairs.count]), temperature: 0.07,
                excluded: RetrievalLoss.sameImageMask(pairs.map { $0 / 2 })
            ).item()
        }
        let (image, fused) = (try contrastive(batch, views[0]), try contrastive([4, 5, 0, 11], views[1]))
        #expect(try abs(value.sum.item() - 0.7 * image - 0.3 * fused) < 1e-5)
        #expect(abs(image - fused) > 1e-3)
        // Of pictures in which nothing is written there is but one loss.
        let alone = try loss([6, 8, 2], of: model.scorer, epoch: 0, &generator)
        #expect(try abs(alone.sum.item() - 0.7 * contrastive([6, 8, 2], views[0])) < 1e-5)
    }

    @Test func `words are read in their order, each piece in its word's box, and no more than there is room for`()
        throws
    {
        let world = try World()
        let model = try world.model()
        let (ids, boxes) = try model.sceneTokens(world.split.sceneText(ofImage: 0))
        let named = ids.map { (["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + TinyTextEncoder.words)[Int($0)] }
        #expect(named == ["[CLS]", "red", "ball", "cat", "[SEP]"])
        #expect(
            boxes == [[0, 0, 1, 1], [0.1, 0.2, 0.5, 0.4], [0.1, 0.2, 0.5, 0.4], [0.5, 0.5, 0.9, 1], [0, 0, 1, 1]])
        let long = try model.sceneTokens(world.split.sceneText(ofImage: 5))
        #expect(long.ids.count == 6 && long.boxes.count == 6 && long.ids.last == 3)
        #expect(long.boxes[3] == [0, 0, 0.5, 1] && long.boxes[4] == [0, 0, 1, 0.5])
        let texts = try #require(model.images(world.split, [1, 2, 3, 0]).sceneTexts)
        #expect(texts.images == [1, 3] && texts.words.lengths == [3, 5])
        #expect(!texts.words.rows.requiresGradient)
        #expect(try model.images(world.split, [1, 3]).sceneTexts == nil)
    }

    @Test func `cells that the model has no places for are refused`() throws {
        let world = try World()
        let model = try world.model()
        var data = world.training.data
        data.regions = 9
        let error = try #require(throws: InputError.self) {
            try model.check(data.split("nine", in: world.training.folder), path: "data")
        }
        #expect(
            error.description
                == "data: nine region features: expected 4 an image, as the model has places for, found 9")
    }

    @Test(arguments: [
        (["model.fusion_layers=5"], "model.fusion_layers: expected at most layers 4, found 5"),
        (["loss.image_weight=1.5"], "loss.image_weight: expected a number from 0.0 to 1.0, found 1.5"),
        (
            ["loss.negatives=true"],
            "samples.level: expected embeddings, as vista compares a text's first state, which noise on words hardly "
                + "touches, found words"
        ),
        (
            ["training.micro_batch_size=4"],
            "training.micro_batch_size: expected 0, as vista learns by two tables of scores, found 4"
        ),
        (
            ["training.region_dropout=0.2"],
            "training.region_dropout: expected 0, as vista reads all cells of a grid, found 0.2"
        ),
        (["pretraining.epochs=1"], "pretraining.epochs: expected 0, as vista has no tasks, found 1"),
    ])
    func `settings that exclude each other are refused`(_ overrides: [String], _ line: String) {
        var configuration = TrainingConfiguration()
        let error = #expect(throws: TrainingError.self) {
            try configuration.apply(
                overrides: ["model.method=vista", "loss.negatives=false", "loss.positives=false"] + overrides)
        }
        #expect(error?.description.hasSuffix(line) == true, "\(error?.description ?? "")")
        configuration.model.method = .vista
        let shared = #expect(throws: TrainingError.self) { try configuration.check(sharedBy: 2) }
        #expect(
            shared?.description.hasSuffix("one process, as vista learns by two tables of scores, found 2 ranks") == true
        )
    }

    @Test func `a pretrained pair's text tower is refused, whose first token stands for nothing`() throws {
        let world = try World()
        let folder = world.training.folder.path + "/clip"
        try TinyPretrained.write(.clip, to: folder)
        let encoder = try TextEncoder(directory: folder)
        let error = try #require(throws: InputError.self) {
            try world.training.configuration.modelConfiguration(for: world.split, encoder)
        }
        #expect(
            error.description
                == "configuration: text_encoder.path: expected a BERT, whose first token stands for a caption, found a "
                + "pretrained pair's text tower")
    }
}
