import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

/// SOHO's two phases: its tasks, and its head of matching.
@Suite struct SOHOTrainingTests {
    private static func training(regions: Int = 4, _ overrides: String...) throws -> TinyTraining {
        var training = try TinyTraining(regions: regions)
        try training.configuration.apply(
            overrides: [
                "model.method=soho", "model.joint_dimension=8", "model.heads=2", "model.layers=1", "model.dropout=0",
                "model.max_tokens=12", "loss.positives=false", "loss.negatives=false", "loss.kind=matching",
                "pretraining.dictionary=40",
            ] + overrides)
        return training
    }

    private static func model(_ training: TinyTraining, seed: UInt64 = 1) throws -> RetrievalModel {
        let encoder = try TextEncoder(directory: training.folder.path + "/bert")
        return try RetrievalModel(
            training.configuration.modelConfiguration(for: training.split, encoder), textEncoder: encoder, seed: seed)
    }

    @Test func `a run ends alike, interrupted or not, and its model is read again`() throws {
        let training = try Self.training("training.epochs=4", "pretraining.epochs=2")
        var notices: [String] = []
        func note(_ event: TrainingEvent) { if case .notice(let line) = event { notices.append(line) } }
        let model = try Self.model(training)
        let outcome = try training.trainer(model, onEvent: note).run(in: training.output("whole"), onEvent: note)
        for step in 1...12 {
            let folder = try RunFolder(
                claiming: training.folder.path + "/parts", existing: step == 1 ? .refuse : .resume)
            let part = try training.trainer(Self.model(training, seed: UInt64(step == 1 ? 1 : 100 + step)))
                .run(in: folder, isStopping: { true })
            #expect(part == (step < 12 ? .stopped : outcome))
        }
        for file in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(try training.folder.data("whole/" + file) == training.folder.data("parts/" + file), "\(file)")
        }
        let log = try training.log("whole")
        #expect(try log == training.log("parts"))
        let steps = log.filter { $0["loss"] != nil }
        let names = steps.map { $0.keys.filter { $0.hasPrefix("loss_") } }
        #expect(Set(names.prefix(6).flatMap(\.self)).isSubset(of: ["loss_matching", "loss_words", "loss_classes"]))
        #expect(names.suffix(6).allSatisfy { $0 == ["loss_matching"] })
        #expect(steps.allSatisfy { (0...40).contains($0["dead_entries"] ?? -1) })
        #expect(
            notices.contains(
                "test: soho reads a grid of 2 x 2 features from a file; what made them is frozen, where its authors train "
                    + "it too"))
        let (dead, all) = try #require(try model.deadEntries())
        #expect(all == 40 && dead > 0)
        #expect(
            notices.contains("\(dead) of the visual dictionary's 40 entries are dead: no cell is nearest to them"))
        let again = try RetrievalModel(checkpoint: training.folder.path + "/whole")
        #expect(again.configuration.method == .soho)
        #expect(try again.deadEntries()?.of == 40)
    }

    @Test func `in the warm-up all wrong pairs of a batch are learned from, and then the hardest`() throws {
        let training = try Self.training("loss.warmup_epochs=1")
        for (epoch, task) in [LearningTask.everyPair, .ranking].enumerated() {
            let (model, other) = (try Self.model(training), try Self.model(training))
            let batch = [0, 3, 5, 8]
            let found = try training.trainer(model).backward(batch, 0, epoch).sum.item()
            var generator = SeededGenerator(seed: 1)
            let pairs = try training.trainer(other).batchLoss.pairs(batch)
            let scorer = try #require(other.scorer.whileTraining.inEpoch(epoch) as? SOHO)
            let expected = try #require(scorer.terms(of: task, on: pairs, &generator).first)
            #expect(try abs(found - expected.value.item()) < 1e-5)
        }
    }

    @Test func `regions that are no square are refused before anything is made`() throws {
        let training = try Self.training(regions: 3)
        let error = #expect(throws: InputError.self) { try Self.model(training) }
        #expect(
            error?.description
                == "test: regions: expected the cells of a square grid, such as 49 (features by `ascl features --regions "
                + "grid`), found 3 an image")
        let square = try Self.training()
        let model = try Self.model(square)
        let check = #expect(throws: InputError.self) { try model.check(training.split, path: "data") }
        #expect(check?.description == error?.description)
    }

    @Test(arguments: [
        (
            ["model.method=soho", "pretraining.dictionary=0"],
            "pretraining.dictionary: expected at least 1, the entries of soho's visual dictionary, found 0"
        ),
        (
            ["loss.kind=matching"],
            "loss.kind: expected contrastive, triplet or mined, as ascl has no head of matching to rank by, found matching"
        ),
        (
            ["model.method=soho", "loss.kind=mined"],
            "loss.kind: expected contrastive or triplet, as soho normalises by the whole batch, found mined"
        ),
        (
            ["model.method=soho", "training.micro_batch_size=4"],
            "training.micro_batch_size: expected 0, as soho normalises by the whole batch, found 4"
        ),
        (
            ["model.method=soho", "training.region_dropout=0.2"],
            "training.region_dropout: expected 0, as soho reads all cells of a grid, found 0.2"
        ),
        (
            ["model.method=soho", "loss.kind=matching", "training.word_dropout=0.1"],
            "training.word_dropout: expected 0, as tasks, mined pairs and keys leave nothing out, found 0.1"
        ),
        (
            ["model.method=soho", "loss.kind=matching", "loss.distillation=1"],
            "loss.distillation: expected 0, as loss.kind matching scores no table of pairs, found 1.0"
        ),
        (
            ["model.method=soho", "pretraining.masked_images=1.5"],
            "masked_images: expected a number above 0.0 and at most 1.0, found 1.5"
        ),
    ])
    func `settings that exclude each other are refused`(_ overrides: [String], _ line: String) {
        var configuration = TrainingConfiguration()
        let error = #expect(throws: TrainingError.self) { try configuration.apply(overrides: overrides) }
        #expect(error?.description.hasSuffix(line) == true, "\(error?.description ?? "")")
    }

    @Test func `ranks cannot share its batches`() {
        var configuration = TrainingConfiguration()
        configuration.model.method = .soho
        let error = #expect(throws: TrainingError.self) { try configuration.check(sharedBy: 2) }
        #expect(
            error?.description.hasSuffix("expected one process, as soho normalises by the whole batch, found 2 ranks")
                == true)
    }
}
