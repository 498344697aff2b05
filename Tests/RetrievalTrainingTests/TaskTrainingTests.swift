import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

/// Epochs that learn by tasks, and a loss of mined pairs.
@Suite struct TaskTrainingTests {
    private static func training(_ overrides: String...) throws -> TinyTraining {
        var training = try TinyTraining()
        try training.configuration.apply(
            overrides: [
                "model.method=uniter", "model.joint_dimension=8", "model.heads=2", "model.layers=2",
                "model.max_tokens=12", "loss.positives=false", "loss.negatives=false", "loss.pool=3", "loss.kept=2",
                "pretraining.dictionary=4",
            ] + overrides)
        return training
    }

    private static func model(_ training: TinyTraining, seed: UInt64 = 1) throws -> RetrievalModel {
        let encoder = try TextEncoder(directory: training.folder.path + "/bert")
        return try RetrievalModel(
            training.configuration.modelConfiguration(for: training.split, encoder), textEncoder: encoder, seed: seed)
    }

    /// In a process of its own, since dropout draws from the process's generator.
    @Test func `a run of tasks and mined pairs ends alike, interrupted or not`() async {
        await #expect(processExitsWith: .success) {
            let training = try Self.training(
                "training.epochs=4", "pretraining.epochs=2", "loss.kind=mined", "model.dropout=0.2")
            let whole = try Self.model(training)
            let outcome = try training.trainer(whole).run(in: training.output("whole"))
            for step in 1...12 {
                let folder = try RunFolder(
                    claiming: training.folder.path + "/parts", existing: step == 1 ? .refuse : .resume)
                let model = try Self.model(training, seed: UInt64(step == 1 ? 1 : 100 + step))
                let part = try training.trainer(model).run(in: folder, isStopping: { true })
                #expect(part == (step < 12 ? .stopped : outcome))
            }
            for file in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
                #expect(try training.folder.data("whole/" + file) == training.folder.data("parts/" + file), "\(file)")
            }
            #expect(try training.log("whole") == training.log("parts"))
        }
    }

    @Test func `the log says which task a step was, and tasks end where ranking begins`() throws {
        let training = try Self.training("training.epochs=8", "pretraining.epochs=6", "model.dropout=0")
        let model = try Self.model(training)
        _ = try training.trainer(model).run(in: training.output("run"))
        let steps = try training.log("run").filter { $0["loss"] != nil }
        #expect(steps.count == 24)
        for (place, step) in steps.enumerated() {
            let names = step.keys.filter { $0.hasPrefix("loss_") }.sorted()
            #expect(
                place < 18
                    ? [["loss_matching", "loss_transport"], ["loss_regions"], ["loss_words"], ["loss_classes"]]
                        .contains(names)
                    : names.isEmpty, "step \(place + 1): \(names)")
        }
        let seen = Set(steps.flatMap { $0.keys.filter { $0.hasPrefix("loss_") } })
        #expect(seen == ["loss_matching", "loss_transport", "loss_regions", "loss_words", "loss_classes"])
        let dictionary = try #require(model.parameters.dictionary["dictionary.vectors"])
        #expect(try dictionary.shape == [4, 6] && dictionary.norm(1).array(Float.self).allSatisfy { $0 > 0 })
    }

    /// A detector's, or what a tokenizer of pictures made of them.
    @Test(arguments: ["classes", "tokens"])
    func `classes of regions are the data's where it has them`(_ file: String) throws {
        let training = try Self.training("pretraining.epochs=1", "model.dropout=0")
        let classes = try NumpyWriter(
            path: "\(training.folder.path)/test_\(file).npy", elementType: .int32, shape: [6, 3])
        let values = (0..<18).map { Int32($0 % 5) }
        try values.withUnsafeBytes { try classes.append($0) }
        try classes.finish()
        if file == "classes" { try training.folder.write("a\nb\nc\nd\ne\n", to: "class_names.txt") }
        let split = try Dataset(path: training.folder.path).split("test")
        let encoder = try TextEncoder(directory: training.folder.path + "/bert")
        let configuration = try training.configuration.modelConfiguration(for: split, encoder)
        let uniter = try #require(configuration as? JointConfiguration)
        #expect(uniter.classes == 5 && !uniter.hasDictionary)
        let model = try RetrievalModel(configuration, textEncoder: encoder, seed: 1)
        let trainer = try Trainer(training.configuration, model: model, train: split, validation: split)
        #expect(try trainer.run(in: training.output("run")) != .stopped)
        #expect(try training.configuration.modelConfiguration(for: training.split, encoder) is JointConfiguration)
    }

    @Test func `tasks are drawn by their weights`() throws {
        var section = TrainingConfiguration.PretrainingSection()
        var generator = SeededGenerator(seed: 4)
        var counts: [LearningTask: Int] = [:]
        let tasks: [LearningTask] = [.matching, .words, .regions, .classes]
        for _ in 0..<6000 {
            if let task = section.task(of: tasks, &generator) { counts[task, default: 0] += 1 }
        }
        #expect(abs((counts[.matching] ?? 0) - 2000) < 120 && abs((counts[.words] ?? 0) - 2000) < 120)
        #expect(abs((counts[.regions] ?? 0) - 1000) < 100 && abs((counts[.classes] ?? 0) - 1000) < 100)
        (section.matching, section.words, section.classes) = (0, 0, 0)
        for _ in 0..<50 { #expect(section.task(of: tasks, &generator) == .regions) }
        #expect(section.task(of: [], &generator) == nil)
    }

    @Test func `a task's terms are weighed`() throws {
        let training = try Self.training(
            "pretraining.epochs=1", "pretraining.words=0", "pretraining.regions=0", "pretraining.classes=0",
            "pretraining.transport=0.5",
            "model.dropout=0")
        let model = try Self.model(training)
        let loss = try BatchLoss(configuration: training.configuration, samples: training.samples(model))
        var generator = SeededGenerator(seed: 2)
        let value = try loss([0, 3, 5, 8], of: model.scorer, epoch: 0, &generator)
        #expect(value.parts.map(\.name) == ["matching", "transport"])
        let parts = try value.parts.map { try $0.value.item() }
        #expect(try parts[1] != 0 && abs(value.sum.item() - parts[0] - 0.5 * parts[1]) < 1e-6)
    }

    /// Against scores of single pairs.
    @Test(arguments: ["uniter", "vse++"])
    func `mined pairs are the highest of those drawn, and none is right`(_ method: String) throws {
        let training = try Self.training("loss.kind=mined", "model.dropout=0", "model.method=\(method)")
        let model = try Self.model(training)
        let (loss, split) = (
            try BatchLoss(configuration: training.configuration, samples: training.samples(model)), training.split
        )
        let table = try scores(model.scorer, model, split)
        let batch = [0, 3, 5, 8]
        var generator = SeededGenerator(seed: 2)
        var again = generator
        let value = try loss(batch, of: model.scorer.whileTraining, epoch: 9, &generator)
        func sigma(_ x: Float) -> Double { 1 / (1 + exp(-Double(x))) }
        func hinges(_ own: Float, _ others: [Float]) -> [Double] {
            others.sorted(by: >).prefix(2).map { max(0, 0.2 + sigma($0) - sigma(own)) }
        }
        var (ofCaptions, ofImages): ([Double], [Double]) = ([], [])
        for caption in batch {
            let image = split.imageOfCaption[caption]
            let images = again.distinct(3, below: 6, without: image..<image + 1)
            let captions = again.distinct(3, below: 12, without: 2 * image..<2 * image + 2)
            #expect(!images.contains(image) && captions.allSatisfy { split.imageOfCaption[$0] != image })
            ofCaptions += hinges(table[image][caption], images.map { table[$0][caption] })
            ofImages += hinges(table[image][caption], captions.map { table[image][$0] })
        }
        let expected = [ofCaptions, ofImages].map { $0.reduce(0, +) / Double($0.count) }
        #expect(value.parts.map(\.name) == ["captions", "images"])
        for (part, expected) in zip(value.parts, expected) { #expect(try abs(part.value.item() - expected) < 1e-5) }
        #expect(try abs(value.sum.item() - (expected[0] + expected[1])) < 1e-5)
        try model.parameters.setRequiresGradient(true)
        try loss(batch, of: model.scorer.whileTraining, epoch: 9, &again).sum.backward()
        #expect(model.parameters.entries.contains { $0.tensor.gradient != nil })
    }

    private func scores(
        _ scorer: some PairScorer, _ model: RetrievalModel, _ split: RetrievalSplit
    ) throws -> [[Float]] {
        let images = try scorer.scorable(model.images(split, Array(0..<split.imageCount)), in: .fp32)
        let texts = try scorer.scorable(model.encode(model.tokenize(split.captions).map(\.ids)), in: .fp32)
        let values = try scorer.similarity(images, texts).detached().array(Float.self)
        let count = split.captions.count
        return (0..<split.imageCount).map { Array(values[$0 * count..<($0 + 1) * count]) }
    }

    @Test func `numbers that are drawn are different, outside the hole, and each as likely`() {
        var generator = SeededGenerator(seed: 3)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<4000 {
            let drawn = generator.distinct(3, below: 10, without: 4..<6)
            #expect(Set(drawn).count == 3)
            for number in drawn { counts[number] += 1 }
        }
        #expect(counts[4] == 0 && counts[5] == 0)
        #expect(counts.enumerated().allSatisfy { [4, 5].contains($0) || (1400...1600).contains($1) }, "\(counts)")
        #expect(Set(generator.distinct(99, below: 5, without: 1..<2)) == [0, 2, 3, 4])
    }

    @Test(arguments: [
        (["pretraining.epochs=1"], "pretraining.epochs: expected 0, as ascl has no tasks, found 1"),
        (
            ["model.method=uniter", "pretraining.epochs=3", "training.epochs=2"],
            "pretraining.epochs: expected at most training.epochs 2, found 3"
        ),
        (
            [
                "model.method=uniter", "pretraining.epochs=1", "pretraining.matching=0", "pretraining.words=0",
                "pretraining.regions=0", "pretraining.classes=0",
            ],
            "pretraining.matching: expected a weight above 0 of matching, words, regions or classes, as epochs is 1, "
                + "found none"
        ),
        (["loss.pool=5"], "loss.kept: expected at most pool 5, found 7"),
        (
            ["model.method=dime", "loss.kind=mined"],
            "loss.kind: expected contrastive or triplet, as dime normalises by the whole batch, found mined"
        ),
        (
            ["loss.kind=mined", "training.micro_batch_size=4"],
            "training.micro_batch_size: expected 0, as loss.kind mined scores no table of pairs, found 4"
        ),
        (
            ["model.method=uniter", "training.micro_batch_size=4"],
            "training.micro_batch_size: expected 0, as model.dropout would fall otherwise in the second pass, found 4"
        ),
        (
            ["loss.kind=mined", "training.word_dropout=0.1"],
            "training.word_dropout: expected 0, as tasks, mined pairs and keys leave nothing out, found 0.1"
        ),
        (
            ["model.method=uniter", "pretraining.epochs=1", "training.region_dropout=0.1"],
            "training.region_dropout: expected 0, as tasks, mined pairs and keys leave nothing out, found 0.1"
        ),
        (
            ["loss.kind=mined", "training.feature_dropout=0.1"],
            "training.feature_dropout: expected 0, as tasks, mined pairs and keys leave nothing out, found 0.1"
        ),
        (
            ["loss.kind=mined", "loss.distillation=1"],
            "loss.distillation: expected 0, as loss.kind mined scores no table of pairs, found 1.0"
        ),
        (
            ["loss.kind=mined", "training.learn_temperature=true"],
            "training.learn_temperature: expected false, as loss.kind mined has no temperature, found true"
        ),
    ])
    func `settings that exclude each other are refused`(_ overrides: [String], _ line: String) {
        var configuration = TrainingConfiguration()
        let error = #expect(throws: TrainingError.self) { try configuration.apply(overrides: overrides) }
        #expect(error?.description.hasSuffix(line) == true, "\(error?.description ?? "")")
    }

    @Test func `a pool larger than the split is refused before anything is made`() throws {
        let training = try Self.training(
            "loss.kind=mined", "loss.pool=6", "data.train_split=test", "data.validation_split=other")
        try training.data.write("other", to: training.folder)
        let error = #expect(throws: TrainingError.self) {
            try training.configuration.splits(of: Dataset(path: training.folder.path))
        }
        #expect(
            error?.description.hasSuffix(
                "loss.pool: expected at most 5, the images besides a caption's own, found 6") == true)
    }
}
