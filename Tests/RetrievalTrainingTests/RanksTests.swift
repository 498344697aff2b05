import AsCLBase
import Foundation
import RetrievalEvaluation
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding
import Torch

@testable import RetrievalTraining

/// Several processes that share a batch compute what one does.
@Suite struct RanksTests {
    @Test(arguments: [2, 3])
    func `gradients are those of one process, however the batch is shared`(_ size: Int) async throws {
        let (folder, port) = (try ScratchFolder(), FreePort.find())
        let path = folder.path
        await withTaskGroup(of: Void.self) { tasks in
            for rank in 0..<size {
                tasks.addTask {
                    await #expect(processExitsWith: .success) {
                        [rank = rank as Int, size = size as Int, port = port as UInt16, path = path as String] in
                        let group = try RankOfTest(rank, of: size, at: port).join()
                        // Twice: what was summed while the backward pass went on is the same again.
                        let results = try (0..<2).map { _ in try SharedBatch.all.map { try $0.gradients(in: group) } }
                        try JSONEncoder().encode(results).write(to: URL(fileURLWithPath: "\(path)/\(rank)"))
                        group.leave()
                    }
                }
            }
        }
        let results = try (0..<size).map { rank in
            try JSONDecoder().decode([[SharedBatch.Gradients]].self, from: folder.data("\(rank)"))
        }
        #expect(Set(results.flatMap(\.self)).count == 1, "all processes have the same bits, and the same again")
        for (batch, shared) in zip(SharedBatch.all, results[0][0]) {
            let whole = try batch.gradients(in: nil)
            #expect(abs(whole.loss - shared.loss) < batch.lossTolerance * abs(whole.loss), "\(batch)")
            #expect(Set(whole.gradients.keys) == Set(shared.gradients.keys), "\(batch)")
            for (name, gradient) in whole.gradients {
                let length = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
                let apart = zip(gradient, shared.gradients[name] ?? []).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                #expect(apart.squareRoot() <= batch.tolerance * length + 1e-6, "\(name), \(batch)")
                #expect(gradient.count == shared.gradients[name]?.count)
            }
        }
    }

    @Test func `processes have about as many words each, and a pair at least`() {
        #expect(BatchShare.parts(2, of: [9, 1, 1, 1, 1, 1, 1, 1, 1, 1]) == [0..<1, 1..<10])
        #expect(BatchShare.parts(3, of: [4, 4, 4, 4, 4, 4, 4]) == [0..<2, 2..<5, 5..<7])
        #expect(BatchShare.parts(3, of: [1, 1, 100]) == [0..<1, 1..<2, 2..<3])
        #expect(BatchShare.parts(3, of: [100, 1, 1]) == [0..<1, 1..<2, 2..<3])
        let words = (0..<64).map { 20 + $0 * $0 % 41 }
        for count in 1...5 {
            let parts = BatchShare.parts(count, of: words)
            #expect(parts.flatMap { Array($0) } == Array(words.indices))
            let sums = parts.map { words[$0].reduce(0, +) }
            #expect(sums.allSatisfy { abs($0 - words.reduce(0, +) / count) <= 61 })
        }
    }

    @Test func `captions are encoded and validated by all, as by one`() async throws {
        let (folder, port) = (try ScratchFolder(), FreePort.find())
        let path = folder.path
        await withTaskGroup(of: Void.self) { tasks in
            for rank in 0..<3 {
                tasks.addTask {
                    await #expect(processExitsWith: .success) {
                        [rank = rank as Int, port = port as UInt16, path = path as String] in
                        let group = try RankOfTest(rank, of: 3, at: port).join()
                        let world = try World(in: group)
                        try world.bytes().write(to: URL(fileURLWithPath: "\(path)/\(rank)"))
                        group.leave()
                    }
                }
            }
        }
        let alone = try World(in: nil).bytes()
        for rank in 0..<3 { #expect(try folder.data("\(rank)") == alone) }
    }

    @Test(arguments: [
        (
            ["model.method=dsran"],
            "model.method: expected one process, as dsran normalises by the whole batch, found 2 ranks"
        ),
        (
            ["model.method=dime"],
            "model.method: expected one process, as dime normalises by the whole batch, found 2 ranks"
        ),
        (
            ["model.method=uniter", "model.dropout=0.1"],
            "model.dropout: expected 0, as it would fall otherwise on every rank, found 0.1"
        ),
        (
            ["model.method=uniter", "model.dropout=0", "pretraining.epochs=1"],
            "pretraining.epochs: expected 0, as ranks cannot share tasks, found 1"
        ),
        (["loss.kind=mined"], "loss.kind: expected contrastive or triplet, whose scores ranks can share, found mined"),
        (["loss.sparsity=0.1"], "loss.sparsity: expected 0, as it is of a whole batch and 2 ranks share it, found 0.1"),
    ])
    func `what cannot be shared is refused`(_ overrides: [String], _ problem: String) throws {
        var configuration = TrainingConfiguration()
        try configuration.apply(overrides: overrides)
        let error = #expect(throws: TrainingError.self) { try configuration.check(sharedBy: 2) }
        #expect("\(try #require(error))" == "configuration: \(problem)")
    }

    @Test func `a batch has a pair for every process at least`() throws {
        var configuration = TrainingConfiguration()
        configuration.training.batchSize = 3
        try configuration.check(sharedBy: 3)
        let error = #expect(throws: TrainingError.self) { try configuration.check(sharedBy: 4) }
        #expect(
            "\(try #require(error))"
                == "configuration: training.batch_size: expected at least 4, a pair a rank, found 3")
    }
}

/// A batch of a small training of its own, which any number of processes may compute.
private struct SharedBatch: CustomStringConvertible {
    struct Gradients: Codable, Hashable {
        let loss: Double
        let gradients: [String: [Float]]
    }

    let overrides: [String]
    /// Of twelve captions, two an image. Seven pairs are odd to two and three processes, and pairs 0 and 1 share an image.
    var batch = [0, 1, 4, 9, 11, 6, 7]

    static let all =
        [
            [], ["model.fusion=gated"], ["samples.level=embeddings"],
            ["samples.level=embeddings", "samples.noise=dropout"],
            ["samples.noise=cutoff"], ["loss.kind=triplet"],
            ["loss.positives=false", "loss.negatives=false"], ["text_encoder.trainable=true"],
            ["text_encoder.trainable=true", "samples.level=embeddings"],
            ["model.method=scan"], ["model.method=vse++", "model.words=gru"], ["training.learn_temperature=true"],
            ["training.region_dropout=0.5", "training.word_dropout=0.3"], ["training.micro_batch_size=2"],
            ["training.micro_batch_size=3", "training.learn_temperature=true"], ["loss.distillation=0.5"],
            ["model.method=mixed", "training.feature_dropout=0.3"], ["training.precision=bf16"],
        ].map { SharedBatch(overrides: $0) } + [
            // Fewer pairs than three processes.
            SharedBatch(overrides: ["training.learn_temperature=true"], batch: [3, 8])
        ]

    var description: String { overrides.joined(separator: " ") }

    private var isBFloat16: Bool { overrides.contains("training.precision=bf16") }

    /// bfloat16 keeps 8 bits, and without instructions of its own rounds a product otherwise where matrices have other sizes.
    var tolerance: Float { isBFloat16 ? 0.05 : 1e-4 }
    var lossTolerance: Double { isBFloat16 ? 2e-3 : 1e-5 }

    func gradients(in group: ProcessGroup?) throws -> Gradients {
        var training = try TinyTraining()
        training.configuration.model.jointDimension = 8
        training.configuration.model.heads = 2
        // Whether a text that shuffling left as it is counts as above its image's own is rounding's choice.
        training.configuration.samples.noise = .gaussian
        try training.configuration.apply(overrides: overrides)
        func model(seed: UInt64) throws -> RetrievalModel {
            let encoder = try training.model().textEncoder
            return try RetrievalModel(
                training.configuration.modelConfiguration(for: training.split, encoder), textEncoder: encoder,
                seed: seed)
        }
        let teacher = training.configuration.loss.distillation > 0 ? try model(seed: 9) : nil
        let trainer = try Trainer(
            training.configuration, model: model(seed: 3), train: training.split, validation: training.split,
            teacher: teacher, sharedBy: group)
        let value = try trainer.backward(batch, 5, 0)
        let found = trainer.trained.parameters.entries.compactMap { name, tensor in
            tensor.gradient.map { (name, $0) }
        }
        return try Gradients(
            loss: value.sum.item(), gradients: Dictionary(uniqueKeysWithValues: found).mapValues { try $0.array() })
    }
}

/// Words of more texts than are encoded at once, a bank of more pairs than that, and the ranks of a split in blocks.
private struct World {
    private let words, bank: [Float]
    private let ranks: RetrievalRanks

    init(in group: ProcessGroup?) throws {
        let training = try TinyTraining(images: 40, captionsPerImage: 3)
        let model = try training.model()
        // 1,300 texts of five tokens, in blocks of 512.
        let tokens = (0..<1300).map { [2, 5 + $0 % 24, 5 + $0 / 24 % 24, 5 + $0 / 576, 3].map(Int32.init) }
        words = try WordSource(model, keeping: tokens, sharedBy: group).words(of: tokens).rows.array()
        ranks = try Evaluator(model, training.split, sharedBy: group).ranks()
        bank = try Self.bank(in: group)
    }

    private static func bank(in group: ProcessGroup?) throws -> [Float] {
        var training = try TinyTraining(images: 1100, captionsPerImage: 1)
        try training.configuration.apply(overrides: [
            "model.method=dual_encoder", "model.joint_dimension=16", "model.querybank=1100",
        ])
        let encoder = try TextEncoder(directory: training.folder.path + "/bert")
        let model = try RetrievalModel(
            training.configuration.modelConfiguration(for: training.split, encoder), textEncoder: encoder, seed: 1)
        try model.fillQuerybank(from: training.split, sharedBy: group)
        let bank = model.parameters.all.filter { $0.name.hasPrefix("querybank.") }
        #expect(bank.map(\.tensor.shape) == [[1100, 16], [1100, 16]])
        return try bank.flatMap { try $0.tensor.array(Float.self) }
    }

    func bytes() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return (words + bank).withUnsafeBytes { Data($0) } + (try encoder.encode(ranks))
    }
}

/// One of a test's processes.
struct RankOfTest {
    private let rank, size: Int
    private let port: UInt16

    init(_ rank: Int, of size: Int, at port: UInt16) { (self.rank, self.size, self.port) = (rank, size, port) }

    func join() throws -> ProcessGroup {
        let environment = [
            "RANK": "\(rank)", "WORLD_SIZE": "\(size)", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "\(port)",
        ]
        let launch = try #require(try Launch(environment: environment))
        return try .joined(launch, at: Launch.meetingPlace(environment: environment))
    }
}
