import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import RetrievalModels
import Torch
import TorchNN

struct BenchForward: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward",
        abstract: "Time S of every pair, and what is made once an item beforehand.")

    @Option(help: "Images.")
    var images = 512
    @Option(help: "Captions.")
    var captions = 640
    @OptionGroup var options: BenchOptions

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["images": images, "captions": captions])
    }

    struct Figures: Encodable {
        let what = "forward"
        let precision: String
        let pairs, threads: Int
        /// Of the scores, and of the tables of all items.
        let seconds, tables_seconds: Double
        let pairs_per_second, multiply_adds_per_pair: Double
        /// libtorch's product at float32, or at bfloat16 for bf16; and the score's rate over it.
        let matmul_multiply_adds_per_second, peak_share: Double
        let table_bytes_per_pair: Double?
        let peak_memory_bytes: Int
        let instructions: String
    }

    func run() throws {
        let device = try options.prepare()
        let configuration = try options.configuration()
        let (model, _) = try ParameterStore.initialize(seed: 1, device: device) { try AsCLModel($0, configuration) }
        let generator = try Generator(seed: 2, device: device)
        let precision = options.precision
        let figures = try withoutGradients {
            let texts = try options.texts(captions, width: options.dimension, generator)
            // Images in batches, as an evaluation makes them, so that memory stays that of the result.
            let batches = try stride(from: 0, to: images, by: 32).map {
                try options.projectedImages(min(32, images - $0), generator)
            }
            func compute<Result>(_ body: () throws -> Result) throws -> Result {
                precision == .bf16 ? try autocast(.bfloat16, on: device, body) : try body()
            }
            var made: (ScorableImages, ScorableTexts)?
            let tables = try seconds {
                made = try compute {
                    (
                        try .joined(batches.map { try model.scorable(projected: $0, in: precision) }),
                        try model.scorable(projected: texts, in: precision)
                    )
                }
            }
            guard let made else { throw ExitCode.failure }
            let seconds = try options.fastest {
                _ = try compute { try model.similarity(made.0, made.1).sliced(0, 0..<1).sum().item() }
            }
            let pairs = images * captions
            let work =
                configuration.stepWork(
                    images: images, regions: options.regions, lengths: options.lengths(captions)
                ).pairs.forward / Double(pairs)
            let peak = try matrixProductRate(precision == .bf16 ? .bfloat16 : .float32, on: device)
            return Figures(
                precision: precision.rawValue, pairs: pairs, threads: Torch.threadCount, seconds: seconds,
                tables_seconds: tables, pairs_per_second: Double(pairs) / seconds, multiply_adds_per_pair: work,
                matmul_multiply_adds_per_second: peak, peak_share: work * Double(pairs) / seconds / peak,
                table_bytes_per_pair: model.bytesRead(made.0, made.1).map { Double($0) / Double(pairs) },
                peak_memory_bytes: peakMemory(), instructions: AsCLModel.kernelInstructions)
        }
        if options.json { return try Terminal.printJSON(figures) }
        print(
            String(
                format: """
                    %@  %.0f pairs/s  %.3f s for %d pairs, after %.3f s for their tables
                    %.2f million multiply-adds a pair, %.0f %% of the rate of a matrix product; %d threads, %@
                    """,
                figures.precision, figures.pairs_per_second, figures.seconds, figures.pairs, figures.tables_seconds,
                figures.multiply_adds_per_pair / 1e6, 100 * figures.peak_share, figures.threads, figures.instructions))
    }
}
