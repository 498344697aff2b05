import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import RetrievalModels
import RetrievalTraining
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
        try ValidationError.expect(atLeast: 2, ["batch": batch])
    }

    struct Figures: Encodable {
        let what = "step"
        let precision: String
        /// The fastest step, and the mean of all.
        let seconds, mean_seconds: Double
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
        var training = TrainingConfiguration()
        training.training.precision = precision
        let trainingLoss = TrainingLoss(training, epoch: 0)
        func loss() throws -> Tensor { try trainingLoss(images, sets.map { try model.project($0) }, model).sum }
        let times = try options.times {
            try (precision == .bf16 ? autocast(.bfloat16, on: device, loss) : loss()).backward()
            _ = try optimizer.step(
                learningRate: training.training.learningRate, clippingNormTo: training.training.gradientClip)?.item()
        }
        let figures = Figures(
            precision: precision.rawValue, seconds: times.min() ?? 0,
            mean_seconds: times.reduce(0, +) / Double(times.count), pairs: 4 * batch * batch,
            threads: Torch.threadCount,
            peak_memory_bytes: peakMemory(), instructions: AsCLModel.kernelInstructions)
        if options.json { return try Terminal.printJSON(figures) }
        print(String(format: "%@  %.3f s a step of %d images", figures.precision, figures.seconds, batch))
    }
}
