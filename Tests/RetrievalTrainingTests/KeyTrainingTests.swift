import AsCLBase
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

/// Trainings that compare with keys of a slower copy: LexLIP's and COTS's.
@Suite struct KeyTrainingTests {
    private static func training(_ method: String, _ overrides: String...) throws -> TinyTraining {
        var training = try TinyTraining()
        try training.configuration.apply(
            overrides: [
                "model.method=\(method)", "model.joint_dimension=8", "model.heads=2", "model.layers=1",
                "model.max_tokens=12", "loss.kind=momentum", "loss.positives=false", "loss.negatives=false",
                "pretraining.dictionary=4", "model.dropout=0",
            ] + overrides)
        return training
    }

    private static func model(_ training: TinyTraining, seed: UInt64 = 1) throws -> RetrievalModel {
        let encoder = try TextEncoder(directory: training.folder.path + "/bert")
        return try RetrievalModel(
            training.configuration.modelConfiguration(for: training.split, encoder), textEncoder: encoder, seed: seed)
    }

    /// In a process of its own, since dropout draws from the process's generator.
    @Test(arguments: ["lexlip", "cots"])
    func `a run of tasks and keys ends alike, interrupted or not`(_ method: String) async {
        await #expect(processExitsWith: .success) { [method] in
            let training = try Self.training(
                method, "training.epochs=4", "pretraining.epochs=2", "model.dropout=0.2", "momentum.queue=7",
                "momentum.decay=0.8", "momentum.filter=true", "loss.sparsity=\(method == "lexlip" ? 0.1 : 0)",
                "training.moving_average=0.9")
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

    @Test func `a copy follows from where keys begin, and the queue holds what it made`() throws {
        let training = try Self.training("cots", "momentum.queue=6", "momentum.decay=0.75")
        let model = try Self.model(training)
        let trainer = try training.trainer(model)
        let momentum = try #require(trainer.trained.momentum)
        func copied() throws -> [String: [Float]] {
            try momentum.states[0].set.dictionary.mapValues { try $0.array() }
        }
        let fresh = try values(model)
        #expect(try copied() == fresh.filter { !$0.key.hasPrefix("heads.") && !$0.key.hasPrefix("dictionary.") })
        let first = try trainer.backward([0, 3, 5, 8], 0, 0)
        #expect(try momentum.queue.images.array(Float.self).allSatisfy { $0 == 0 }, "a loss changes nothing")
        _ = try trainer.trained.update(learningRate: 0.01, isFirst: true, keys: first.keys)
        let keys = try #require(first.keys).all
        #expect(keys.owners == [0, 1, 2, 4])
        #expect(try momentum.queue.images.sliced(0, 0..<4).array(Float.self) == keys.images.array(Float.self))
        #expect(try momentum.queue.texts.sliced(0, 0..<4).array(Float.self) == keys.texts.array(Float.self))
        let after = try values(model)
        #expect(try first.sum.item() > 0.1 && after != fresh)
        for (name, copy) in try copied() {
            for ((copy, old), new) in try zip(zip(copy, #require(fresh[name])), #require(after[name])) {
                #expect(abs(copy - (0.75 * old + 0.25 * new)) < 1e-6, "\(name)")
            }
        }
        // The next step's keys come of the copy, not of the model.
        let second = try #require(trainer.backward([1, 2], 1, 0).keys).all
        let own = try #require(model.scorer as? COTS).scorable(model.images(training.split, [0, 1]), in: .fp32)
        let moved = try (second.images - own).norm(1).array(Float.self)
        #expect(moved.allSatisfy { $0 > 1e-4 }, "\(moved)")
    }

    @Test func `a queue takes no part before it is warm`() throws {
        let training = try Self.training("cots", "momentum.queue=6", "loss.warmup_epochs=1")
        let trainer = try training.trainer(Self.model(training))
        let momentum = try #require(trainer.trained.momentum)
        func loss(epoch: Int) throws -> Double { try trainer.backward([0, 3, 5, 8], 0, epoch).sum.item() }
        let alone = try loss(epoch: 1)
        try momentum.queue.append(#require(trainer.backward([1, 4, 10, 7], 0, 0).keys).all)
        #expect(try abs(loss(epoch: 0) - alone) < 1e-6)
        #expect(try loss(epoch: 1) > alone + 0.1)
    }

    @Test func `the log names the captions that the filter leaves out`() throws {
        let training = try Self.training("cots", "momentum.filter=true", "training.epochs=2")
        let trainer = try training.trainer(Self.model(training))
        // As if pairs had agreed far better: of every batch the best alone stays.
        let state = try #require(trainer.trained.momentum?.states.last?.set.dictionary["agreement"])
        try state.copy(from: Tensor([0.99, 0, 1], shape: [3]))
        _ = try trainer.run(in: training.output("run"))
        let steps = try read("\(training.folder.path)/run/log.jsonl").split(separator: "\n")
            .compactMap { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
            .filter { $0["loss"] != nil }
        let dropped = try steps.map { try #require($0["dropped_captions"] as? [Int]) }
        #expect(dropped.map(\.count) == [0, 0, 0, 3, 3, 3])
        #expect(steps.map { $0["dropped"] as? Double } == [0, 0, 0, 0.75, 0.75, 0.75])
        #expect(Set(dropped.flatMap(\.self)).count == 9 && dropped.allSatisfy { $0.allSatisfy((0..<12).contains) })
    }

    @Test(arguments: [
        ("cots", "momentum", [true, false, false]), ("lexlip", "momentum", [true, true, false]),
        ("soho", "matching", [true, true, false]), ("uniter", "triplet", [true, true, false]),
    ])
    func `a loss warms up when it begins`(_ method: String, _ kind: String, _ expected: [Bool]) throws {
        var configuration = TrainingConfiguration()
        try configuration.apply(
            overrides: [
                "model.method=\(method)", "loss.kind=\(kind)", "pretraining.epochs=1", "loss.warmup_epochs=1",
                "loss.positives=false", "loss.negatives=false",
            ])
        #expect((0..<3).map { configuration.isWarmUp(epoch: $0) } == expected)
    }

    @Test func `without keys the copy is the model`() throws {
        let training = try Self.training("lexlip", "pretraining.epochs=1")
        let model = try Self.model(training)
        let trainer = try training.trainer(model)
        let momentum = try #require(trainer.trained.momentum)
        let value = try trainer.backward([0, 3, 5, 8], 0, 0)
        #expect(value.keys == nil)
        _ = try trainer.trained.update(learningRate: 0.01, isFirst: true)
        let own = try values(model)
        let copied = momentum.states[0].set.dictionary
        #expect(copied.keys.allSatisfy { !$0.hasPrefix("decoder.") } && copied.count > 40)
        for (name, tensor) in copied { #expect(try tensor.array(Float.self) == own[name], "\(name)") }
    }

    @Test func `the log says what a step was, and the image's head waits for the text's`() throws {
        let training = try Self.training(
            "lexlip", "training.epochs=4", "pretraining.epochs=2", "loss.sparsity=0.1", "training.learning_rate=0.01")
        let model = try Self.model(training)
        let first = try values(model)
        // The first epoch's three steps: the head for texts alone.
        let folder = try training.output("run")
        for _ in 0..<3 {
            _ = try training.trainer(model).run(in: folder, isStopping: { true })
        }
        let now = try values(model)
        #expect(now["image.head.table"] == first["image.head.table"])
        #expect(now["text.head.dense.weight"] != first["text.head.dense.weight"])
        _ = try training.trainer(model).run(in: folder)
        let steps = try training.log("run").filter { $0["loss"] != nil }
        let names = steps.map { step in
            step.keys.filter { $0.hasPrefix("loss_") }.map { String($0.dropFirst(5)) }.sorted()
        }
        let together = ["contrast", "image_bottleneck", "sparsity", "text_bottleneck", "words"]
        #expect(names.count == 12)
        for (place, name) in names.enumerated() {
            #expect(
                name == (place < 3 ? ["words"] : place < 6 ? together : ["contrast", "sparsity"]), "step \(place + 1)")
        }
    }

    @Test func `what LexLIP does not train stays the text encoder's`() throws {
        let training = try Self.training("lexlip", "pretraining.epochs=1", "training.epochs=2")
        let path = training.folder.path + "/bert/config.json"
        let deeper = try String(contentsOfFile: path, encoding: .utf8).replacing(
            "\"num_hidden_layers\": 2", with: "\"num_hidden_layers\": 1")
        try Data(deeper.utf8).write(to: URL(fileURLWithPath: path))
        // One layer of the two: the other is left over, and is told of.
        let encoder = try? TextEncoder(directory: training.folder.path + "/bert")
        #expect(encoder == nil)
        try TinyTextEncoder.write(to: training.folder.path + "/bert", dropout: 0)
        let model = try Self.model(training)
        let theirs = try encoderValues(model)
        func isTheirs(_ name: String) throws -> Bool {
            try values(model)["text." + name] == theirs[name]
        }
        let names = theirs.keys.filter { $0.hasPrefix("encoder.layer.") }
        #expect(try names.allSatisfy(isTheirs) && names.count == 32)
        let table = try #require(values(model)["text.embeddings.position_embeddings.weight"])
        #expect(table == Array(try #require(theirs["embeddings.position_embeddings.weight"]).prefix(table.count)))
        _ = try training.trainer(model).run(in: training.output("run"))
        // A BERT of two layers is trained whole.
        #expect(try !isTheirs("encoder.layer.0.output.dense.weight"))
    }

    @Test(arguments: [
        (
            ["loss.kind=momentum"],
            "loss.kind: expected contrastive, triplet or mined, as ascl has no momentum copy, found momentum"
        ),
        (
            ["model.method=cots", "momentum.decay=1"],
            "momentum.decay: expected a number of at least 0.0 and below 1.0, found 1"
        ),
        (["momentum.queue=-1"], "momentum.queue: expected a whole number of at least 0, found -1"),
        (
            ["model.method=cots", "momentum.filter=true"],
            "momentum.filter: expected false, as no step compares with keys, found true"
        ),
        (
            ["model.method=cots", "model.dropout=0", "loss.kind=momentum", "training.micro_batch_size=4"],
            "training.micro_batch_size: expected 0, as keys are compared with a whole batch, found 4"
        ),
        (
            ["model.method=lexlip", "loss.kind=momentum", "training.word_dropout=0.1"],
            "training.word_dropout: expected 0, as tasks, mined pairs and keys leave nothing out, found 0.1"
        ),
        (
            ["model.method=lexlip", "loss.kind=momentum", "loss.distillation=1"],
            "loss.distillation: expected 0, as loss.kind momentum scores no table of pairs, found 1.0"
        ),
        (
            ["model.method=cots", "model.joint_dimension=10", "model.heads=4"],
            "model.heads: expected a divisor of joint_dimension 10, found 4"
        ),
    ])
    func `settings that exclude each other are refused`(_ overrides: [String], _ line: String) {
        var configuration = TrainingConfiguration()
        let error = #expect(throws: TrainingError.self) { try configuration.apply(overrides: overrides) }
        #expect(error?.description.hasSuffix(line) == true, "\(error?.description ?? "")")
    }

    @Test func `a queue larger than the data is refused before anything is made`() throws {
        let training = try Self.training(
            "cots", "momentum.queue=13", "data.train_split=test", "data.validation_split=other")
        try training.data.write("other", to: training.folder)
        let error = #expect(throws: TrainingError.self) {
            try training.configuration.splits(of: Dataset(path: training.folder.path))
        }
        #expect(
            error?.description.hasSuffix("momentum.queue: expected at most 12, the pairs to train on, found 13") == true
        )
        // The size that goes without saying fits any data.
        #expect(TrainingConfiguration().momentum.size(pairs: 12, batchSize: 4) == 12)
        #expect(TrainingConfiguration().momentum.size(pairs: 30_000, batchSize: 64) == 512)
    }

    @Test func `processes cannot share keys`() throws {
        let training = try Self.training("cots")
        let error = #expect(throws: TrainingError.self) { try training.configuration.check(sharedBy: 2) }
        #expect(error?.description.contains("loss.kind: expected contrastive or triplet") == true)
    }

    @Test func `LexLIP wants a text encoder that computes as it does`() throws {
        let training = try Self.training("lexlip", "model.joint_dimension=10", "model.heads=5")
        let heads = #expect(throws: InputError.self) { try Self.model(training) }
        #expect(heads?.description.contains("heads: expected a divisor of joint_dimension 12, found 5") == true)
        let path = training.folder.path + "/bert/config.json"
        let other = try String(contentsOfFile: path, encoding: .utf8).replacing("\"gelu\"", with: "\"relu\"")
        try Data(other.utf8).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: InputError.self) { try Self.model(training) }
        #expect(
            error?.description.replacing(training.folder.path, with: "DIR")
                == "DIR/bert: config.json: expected hidden_act gelu and layer_norm_eps 1e-12, which lexlip computes, "
                + "found relu and 1e-12")
    }
}
