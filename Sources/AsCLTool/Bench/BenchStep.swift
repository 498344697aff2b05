import ArgumentParser
import Foundation
import RetrievalModels
import TextEncoding
import Torch
import TorchNN

struct BenchStep: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step",
        abstract: "Time a whole training step.",
        discussion: """
            Projections, tables, S for captions, noisy captions, positives and noisy positives, the loss, its \
            gradients, clipping and Adam.
            """)

    @Option(help: "N, images and captions in the batch.")
    var batch = 64
    @OptionGroup var options: BenchOptions

    mutating func validate() throws {
        if batch < 2 { throw ValidationError("--batch: expected at least 2, found \(batch)") }
    }

    struct Figures: Encodable {
        let what = "step"
        let precision: String
        let seconds: Double
        let pairs, threads, peak_memory_bytes: Int
        let instructions: String
    }

    func run() throws {
        let device = try options.prepare()
        let configuration = try options.configuration()
        let (model, parameters) = try ParameterStore.initialize(seed: 1, device: device) {
            try AsCLModel($0, configuration)
        }
        try parameters.setRequiresGradient(true)
        let generator = try Generator(seed: 2, device: device)
        let images = try ImageBatch(
            regions: .normal([batch, options.regions, configuration.regionDimension], generator: generator),
            globals: .normal([batch, configuration.globalDimension], generator: generator))
        let sets = try (0..<4).map { _ in try options.texts(batch, width: configuration.textDimension, generator) }
        let optimizer = try Adam([Adam.Group(parameters)])
        let precision = options.precision
        func loss() throws -> Tensor {
            let all = try model.scorable(
                projected: .joined(sets.map { texts in try model.project(texts) }), in: precision)
            let scores = try model.similarity(model.scorable(images, in: precision), all).to(.float32)
            let parts = try (0..<4).map { try scores.sliced(1, $0 * batch..<($0 + 1) * batch) }
            let first = try RetrievalLoss.contrastive(parts[0], negatives: parts[1], temperature: 0.05)
            let second = try RetrievalLoss.contrastive(parts[2], negatives: parts[3], temperature: 0.05)
            return try (first + second) * 0.5
        }
        let seconds = try options.fastest {
            try (precision == .bf16 ? autocast(.bfloat16, on: device, loss) : loss()).backward()
            _ = try optimizer.step(learningRate: 5e-4, clippingNormTo: 2)?.item()
        }
        let figures = Figures(
            precision: precision.rawValue, seconds: seconds, pairs: 4 * batch * batch, threads: Torch.threadCount,
            peak_memory_bytes: peakMemory(), instructions: AsCLModel.kernelInstructions)
        if options.json { return try Terminal.printJSON(figures) }
        print(String(format: "%@  %.3f s a step of %d images", figures.precision, seconds, batch))
    }
}
