import ArgumentParser
import AsCLBase
import CommandLineOptions
import RetrievalModels
import Torch
import TorchNN

struct BenchSCAN: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Time the baseline SCAN's score of every pair: words attend, LogSumExp.")

    @Option(help: "Images.")
    var images = 512
    @Option(help: "Captions.")
    var captions = 640
    @OptionGroup var options: BenchOptions

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["images": images, "captions": captions])
    }

    struct Figures: Encodable {
        let what = "scan"
        let precision: String
        let pairs, threads: Int
        let seconds, pairs_per_second: Double
        let peak_memory_bytes: Int
    }

    func run() throws {
        let device = try options.prepare()
        let precision = options.precision
        // Features are projected by the model: of the joint dimension already, so that making them takes no time.
        let configuration = BaselineConfiguration(
            .scan, jointDimension: options.dimension, regionDimension: options.dimension, globalDimension: 1,
            textDimension: options.dimension, vocabularySize: 1)
        let (model, _) = try ParameterStore.initialize(seed: 1, device: device) { try SCAN($0, configuration) }
        guard model.supports(precision, on: device) else {
            throw ValidationError("--precision: expected fp32 or bf16 for scan, found \(precision.rawValue)")
        }
        let generator = try Generator(seed: 2, device: device)
        let figures = try withoutGradients {
            let features = try ImageBatch(
                regions: .normal([images, options.regions, options.dimension], generator: generator),
                globals: .zeros([images, 1], device: device))
            let words = try options.texts(captions, width: options.dimension, generator)
            func compute<Result>(_ body: () throws -> Result) throws -> Result {
                precision == .bf16 ? try autocast(.bfloat16, on: device, body) : try body()
            }
            let (images, texts) = try compute {
                (try model.scorable(features, in: precision), try model.scorable(words, in: precision))
            }
            let seconds = try options.fastest {
                _ = try compute { try model.similarity(images, texts).sliced(0, 0..<1).sum().item() }
            }
            let pairs = self.images * captions
            return Figures(
                precision: precision.rawValue, pairs: pairs, threads: Torch.threadCount, seconds: seconds,
                pairs_per_second: Double(pairs) / seconds, peak_memory_bytes: peakMemory())
        }
        if options.json { return try Terminal.printJSON(figures) }
        print(
            String(
                format: "%@  %.0f pairs/s  %.3f s for %d pairs, %d threads", figures.precision,
                figures.pairs_per_second, figures.seconds, figures.pairs, figures.threads))
    }
}
