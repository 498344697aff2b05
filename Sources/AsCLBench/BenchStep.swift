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
        let pairs, threads: Int
        let multiply_adds: StepWork
        /// libtorch's product at float32, and the step's multiply-adds a second over it.
        let matmul_multiply_adds_per_second, peak_share: Double
        let of_pairs: Pairs
        let peak_memory_bytes: Int
        let instructions: String
    }

    /// What the scores take by themselves, tables and all else left out.
    struct Pairs: Encodable {
        /// The fastest, of scores that are recorded and of their gradients.
        let scores_seconds, gradients_seconds: Double
        /// Of scores in float32 that nobody records.
        let fp32_scores_seconds: Double
        /// Of tables, gradients and vectors that are read or written for them; nil where operators serve.
        let scores_bytes, gradients_bytes: Int?
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
        func compute<Result>(_ body: () throws -> Result) throws -> Result {
            precision == .bf16 ? try autocast(.bfloat16, on: device, body) : try body()
        }
        func loss() throws -> Tensor { try trainingLoss(images, sets.map { try model.project($0) }, model).sum }
        let times = try options.times {
            try compute(loss).backward()
            _ = try optimizer.step(
                learningRate: training.training.learningRate, clippingNormTo: training.training.gradientClip)?.item()
        }
        let pairs = try pairs(model, images, .joined(sets), compute)
        let seconds = times.min() ?? 0
        let work = configuration.stepWork(
            images: batch, regions: options.regions, lengths: sets.flatMap(\.lengths))
        let peak = try matrixProductRate(.float32, on: device)
        let figures = Figures(
            precision: precision.rawValue, seconds: seconds,
            mean_seconds: times.reduce(0, +) / Double(times.count), pairs: 4 * batch * batch,
            threads: Torch.threadCount, multiply_adds: work, matmul_multiply_adds_per_second: peak,
            peak_share: work.sum / seconds / peak, of_pairs: pairs, peak_memory_bytes: peakMemory(),
            instructions: AsCLModel.kernelInstructions)
        if options.json { return try Terminal.printJSON(figures) }
        print(
            String(
                format: """
                    %@  %.3f s a step of %d images, of which the pairs take %.3f s
                    %.1f G multiply-adds, %.0f %% of the rate of a matrix product; %d threads, %@
                    """,
                figures.precision, seconds, batch, pairs.scores_seconds + pairs.gradients_seconds, work.sum / 1e9,
                100 * figures.peak_share, figures.threads, figures.instructions))
    }

    private func pairs(
        _ model: AsCLModel, _ images: ImageBatch, _ texts: TextBatch, _ compute: (() throws -> Void) throws -> Void
    ) throws -> Pairs {
        var (scores, gradients) = (Double.infinity, Double.infinity)
        let left = try model.scorable(images, in: options.precision)
        let right = try model.scorable(texts, in: options.precision)
        _ = try options.times {
            let (left, right) = (try left.leaves(), try right.leaves())
            try compute {
                var sum: Tensor?
                scores = min(scores, try seconds { sum = try model.similarity(left, right).sum() })
                gradients = min(gradients, try seconds { try sum?.backward() })
            }
        }
        let unrecorded = try withoutGradients {
            let (left, right) = (try model.scorable(images), try model.scorable(texts))
            return try options.fastest { _ = try model.similarity(left, right).sum().item() }
        }
        return try Pairs(
            scores_seconds: scores, gradients_seconds: gradients, fp32_scores_seconds: unrecorded,
            scores_bytes: model.bytesRead(left, right), gradients_bytes: model.gradientBytes(left, right))
    }
}
