import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

@Suite struct ResumingTests {
    /// Three steps an epoch, or one: then every interruption falls on an epoch's end.
    @Test(arguments: [4, 12], [true, false])
    func `a run interrupted at every step ends at the weights of an uninterrupted one`(
        _ batchSize: Int, _ trainable: Bool
    ) async {
        // In a process of its own, since dropout draws from the process's generator.
        await #expect(processExitsWith: .success) { [batchSize, trainable] in
            var training = try TinyTraining(dropout: 0.2)
            training.configuration.training.batchSize = batchSize
            training.configuration.textEncoder.trainable = trainable
            training.configuration.training.epochs = 3
            let whole = try training.run(into: "whole")
            let steps = training.split.captions.count / batchSize * 3
            for step in 1...steps {
                let folder = try RunFolder(
                    claiming: training.folder.path + "/parts", existing: step == 1 ? .refuse : .resume)
                // Each time another fresh model: whatever counts has to come from the folder.
                let model = try training.model(seed: UInt64(step == 1 ? 1 : 100 + step))
                let outcome = try training.trainer(model).run(in: folder, isStopping: { true })
                #expect(outcome == (step < steps ? .stopped : whole.outcome))
                if step == steps {
                    #expect(try values(model) == values(whole.model))
                    #expect(try encoderValues(model) == encoderValues(whole.model))
                }
            }
            for file in [
                "model.safetensors", "text_encoder/model.safetensors", "optimizer.safetensors", "trainer.json",
            ] {
                #expect(try training.folder.data("whole/" + file) == training.folder.data("parts/" + file), "\(file)")
            }
            #expect(try training.log("whole") == training.log("parts"))
        }
    }

    /// What is averaged, learnt, left out, warmed up and waited for goes on too.
    @Test func `a run with every setting of training ends alike, interrupted or not`() throws {
        var training = try TinyTraining()
        try training.configuration.apply(overrides: [
            "training.moving_average=0.9", "training.learn_temperature=true", "training.region_dropout=0.4",
            "training.word_dropout=0.3", "training.feature_dropout=0.2", "training.micro_batch_size=3",
            "training.validate_every=2",
            "training.patience=4", "training.warmup_steps=3", "training.learning_rate_decay.shape=cosine",
            "training.epochs=4", "training.learning_rate=0.1",
        ])
        let whole = try training.run(into: "whole")
        for step in 1... {
            let folder = try RunFolder(
                claiming: training.folder.path + "/parts", existing: step == 1 ? .refuse : .resume)
            let model = try training.model(seed: UInt64(step == 1 ? 1 : 100 + step))
            let outcome = try training.trainer(model).run(in: folder, isStopping: { true })
            guard outcome == .stopped else {
                #expect(outcome == whole.outcome && step > 4)
                break
            }
            try #require(step < 12)
        }
        for file in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(try training.folder.data("whole/" + file) == training.folder.data("parts/" + file), "\(file)")
        }
        #expect(try training.log("whole") == training.log("parts"))
    }

    @Test func `running statistics go on where they stood`() throws {
        var training = try TinyTraining()
        try training.configuration.apply(overrides: [
            "model.method=dsran", "model.joint_dimension=16", "loss.kind=triplet", "loss.warmup_epochs=1",
        ])
        func model() throws -> RetrievalModel {
            let encoder = try TextEncoder(directory: training.folder.path + "/bert")
            return try RetrievalModel(
                training.configuration.modelConfiguration(for: training.split, encoder), textEncoder: encoder, seed: 1)
        }
        let whole = try model()
        let before = try values(whole)
        let trainer = try training.trainer(whole)
        _ = try trainer.estimatedSeconds(goingOnIn: training.folder.path + "/whole")
        #expect(try values(whole) == before, "an estimate changes nothing")
        _ = try trainer.run(in: training.output("whole"))
        for (name, tensor) in whole.parameters.buffers {
            #expect(try tensor.array(Float.self) != before[name], "\(name)")
        }
        var outcome = TrainingOutcome.stopped
        while outcome == .stopped {
            let folder = try RunFolder(
                claiming: training.folder.path + "/parts",
                existing: FileManager.default.fileExists(atPath: training.folder.path + "/parts") ? .resume : .refuse)
            outcome = try training.trainer(model()).run(in: folder, isStopping: { true })
        }
        for file in ["model.safetensors", "optimizer.safetensors"] {
            #expect(try training.folder.data("whole/" + file) == training.folder.data("parts/" + file), "\(file)")
        }
        // What was validated is what the checkpoint holds: evaluation moves nothing, and reads the statistics.
        let loaded = try RetrievalModel(checkpoint: training.folder.path + "/whole")
        #expect(try loaded.parameters.buffers.count == 20 && values(loaded).count == values(whole).count)
    }

    @Test func `a run that died goes on from its last checkpoint`() throws {
        var training = try TinyTraining(images: 12, captionsPerImage: 1)
        training.configuration.training.batchSize = 2
        training.configuration.training.checkpointEverySteps = 2
        try training.run(into: "whole")
        // It dies of an image that step 6 is the first to see: the checkpoint is of step 4, the log is ahead of it.
        let order = PairSampler(pairCount: 12, batchSize: 2, seed: 0).batches(epoch: 0)
        let broken = try training.split(withNaNInImage: order[5][0])
        let folder = try training.output("parts")
        #expect(throws: InputError.self) {
            try Trainer(
                training.configuration, model: training.model(), train: broken, validation: training.split
            ).run(in: folder)
        }
        #expect(try training.log("parts").map { $0["step"] } == [1, 2, 3, 4, 5])
        #expect(try read(folder.file("trainer.json")).contains("\"step\" : 4"))
        #expect(!FileManager.default.fileExists(atPath: folder.file("model.safetensors")))
        _ = try training.trainer(training.model(seed: 55)).run(in: folder)
        for file in ["model.safetensors", "optimizer.safetensors", "trainer.json"] {
            #expect(try training.folder.data("whole/" + file) == training.folder.data("parts/" + file), "\(file)")
        }
        #expect(try training.log("whole") == training.log("parts"))
    }

    @Test func `a finished run has nothing left to do`() throws {
        let training = try TinyTraining()
        let (outcome, _) = try training.run(into: "run")
        let files = ["model.safetensors", "optimizer.safetensors"]
        let before = try files.map { try training.folder.data("run/" + $0) }
        let folder = try RunFolder(claiming: training.folder.path + "/run", existing: .resume)
        #expect(try training.trainer(training.model(seed: 9)).run(in: folder) == outcome)
        #expect(try files.map { try training.folder.data("run/" + $0) } == before)
    }

    @Test func `a run is not resumed on other data`() throws {
        let training = try TinyTraining()
        try training.run(into: "run")
        let other = try TinyData(images: 5, captionsPerImage: 2).split("other", in: training.folder)
        let folder = try RunFolder(claiming: training.folder.path + "/run", existing: .resume)
        let trainer = try Trainer(
            training.configuration, model: training.model(), train: other, validation: other)
        #expect(
            message(in: training.folder.path) { _ = try trainer.run(in: folder) }
                == "DIR/run/trainer.json: pairs: expected 10, as the data has, found 12")
    }
}

extension TinyTraining {
    /// The data with one region's number of an image made none.
    fileprivate func split(withNaNInImage image: Int) throws -> RetrievalSplit {
        try data.write("broken", to: folder)
        let path = folder.path + "/broken_ims.npy"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let imageSize = data.regions * data.regionDimension * 4
        let place = bytes.count - (data.images - image) * imageSize
        withUnsafeBytes(of: Float.nan) { bytes.replaceSubrange(place..<place + 4, with: $0) }
        try bytes.write(to: URL(fileURLWithPath: path))
        return try Dataset(path: folder.path).split("broken")
    }
}
