import ArgumentParser
import AsCLModel
import Foundation
import TextEncoding
import Torch
import TorchNN

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Time the scores of a batch and a whole training step on random data.",
        discussion: """
            forward: S of every pair from projected features. step: projections, S for captions, noisy captions, positives
            and noisy positives, the loss, its gradients, clipping and Adam. The fastest of the repeats is reported.
            `make bench` runs the same in PyTorch beside it.
            """)

    @Option(help: "D, the joint dimension.")
    var dimension = 1024
    @Option(help: "N, images and captions in the batch.")
    var batch = 64
    @Option(help: "H, the heads.")
    var heads = 8
    @Option(help: "K, the regions of an image.")
    var regions = 36
    @Option(help: "Words of a caption; the lengths vary by 4 around it.")
    var words = 13
    @Option(name: .customLong("repeat"), help: "Timed runs, after one that is not counted.")
    var repeats = 5
    @Flag(help: "Print the result as JSON.")
    var json = false
    @OptionGroup var compute: ComputeOptions

    mutating func validate() throws {
        for (name, value) in [
            ("dimension", dimension), ("heads", heads), ("regions", regions), ("words", words), ("repeat", repeats),
        ] where value < 1 {
            throw ValidationError("--\(name): expected at least 1, found \(value)")
        }
        if batch < 2 { throw ValidationError("--batch: expected at least 2, found \(batch)") }
        if dimension % heads != 0 {
            throw ValidationError("--heads: expected a divisor of the dimension \(dimension), found \(heads)")
        }
    }

    struct Figures: Encodable {
        let forward_seconds, step_seconds: Double
        let pairs, threads: Int
    }

    func run() throws {
        let device = try compute.prepare()
        let shape = try AsCLConfiguration(
            jointDimension: dimension, heads: heads, regionDimension: 2048, globalDimension: 2048, textDimension: 768,
            localWeight: 0.8)
        let (model, parameters) = try ParameterStore.initialize(seed: 1, device: device) { try AsCL($0, shape) }
        try parameters.setRequiresGradient(true)
        let generator = try Generator(seed: 2, device: device)
        let images = try ImageBatch(
            regions: .normal([batch, regions, 2048], generator: generator),
            globals: .normal([batch, 2048], generator: generator))
        let lengths = (0..<batch).map { max(1, words - 4 + (7 * $0) % 9) }
        let sets = try (0..<4).map { _ in
            try TextBatch(rows: .normal([lengths.reduce(0, +), 768], generator: generator), lengths: lengths)
        }
        let (regionsAndGlobals, caption) = try withoutGradients {
            (try model.project(images), try model.project(sets[0]))
        }
        let forward = try fastest {
            try withoutGradients {
                _ = try model.similarity(
                    model.scorable(projected: regionsAndGlobals), model.scorable(projected: caption)
                ).sum().item()
            }
        }
        let optimizer = try Adam([Adam.Group(parameters)])
        let step = try fastest {
            let all = try model.scorable(projected: .joined(sets.map { texts in try model.project(texts) }))
            let scores = try model.similarity(model.scorable(images), all)
            let parts = try (0..<4).map { try scores.sliced(1, $0 * batch..<($0 + 1) * batch) }
            let first = try RetrievalLoss.contrastive(parts[0], negatives: parts[1], temperature: 0.05)
            let second = try RetrievalLoss.contrastive(parts[2], negatives: parts[3], temperature: 0.05)
            try ((first + second) * 0.5).backward()
            _ = try optimizer.step(learningRate: 5e-4, clippingNormTo: 2)?.item()
        }
        let figures = Figures(
            forward_seconds: forward, step_seconds: step, pairs: batch * batch, threads: Torch.threadCount)
        if json { return try Terminal.printJSON(figures) }
        print(String(format: "forward %8.3f s  %8.0f pairs/s", forward, Double(figures.pairs) / forward))
        print(String(format: "step    %8.3f s  %8.0f pairs/s", step, Double(batch) / step))
    }

    private func fastest(_ body: () throws -> Void) throws -> Double {
        try body()
        return try (0..<repeats).reduce(.infinity) { best, _ in
            let start = ProcessInfo.processInfo.systemUptime
            try body()
            return min(best, ProcessInfo.processInfo.systemUptime - start)
        }
    }
}
