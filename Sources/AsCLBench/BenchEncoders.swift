import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PretrainedEncoders
import PretrainedFolders
import TextEncoding
import Torch
import TorchNN

struct BenchEncoders: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encoders",
        abstract: "Time both towers of a CLIP or a SigLIP, from pixels and tokens in memory to vectors.",
        discussion: """
            A batch of pictures is shared out to the threads, each of which encodes its own; a single picture, and \
            texts, are computed by all threads together.
            """)

    @Option(help: "The model, a Hugging Face folder.")
    var folder: String
    @Option(help: "Pictures, or texts, at once.")
    var batch = 32
    @Option(help: "Tokens of a CLIP's text; the lengths vary by 4 around it. A SigLIP's are always full.")
    var words = 13
    @Option(help: "fp32 or bf16.")
    var precision = Arithmetic.fp32
    @Option(name: .customLong("repeat"), help: "Timed runs, after one that is not counted; the fastest is reported.")
    var repeats = 3
    @OptionGroup var compute: ComputeOptions
    @Flag(help: "Print the result as JSON.")
    var json = false

    enum Arithmetic: String, ExpressibleByArgument, CaseIterable {
        case fp32, bf16
    }

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["batch": batch, "repeat": repeats])
        try ValidationError.expect(atLeast: 5, ["words": words])
    }

    struct Figures: Encodable {
        let what = "encoders"
        let precision: String
        let batch, threads: Int
        let load_seconds, pictures_per_second, texts_per_second: Double
        let peak_memory_bytes: Int
    }

    func run() throws {
        let device = try compute.prepare()
        Torch.keepFreedMemory()
        var loaded: DualEncoder?
        let loading = try seconds {
            loaded = try DualEncoder(
                directory: folder, use: .inference(products: precision == .bf16 ? .bfloat16 : .float32), device: device)
        }
        guard let model = loaded else { return }
        let generator = try Generator(seed: 1)
        let size = model.picture.configuration.imageSize
        let pixels = try Tensor.normal([batch, 3, size, size], generator: generator)
        let threads = Torch.threadCount
        let workers = device == .cpu ? min(threads, batch) : 1
        if workers > 1 { try Torch.setThreadCount(1) }
        let pictureSeconds = try fastest {
            try onThreads(workers, workers) { worker in
                let (first, last) = (worker * batch / workers, (worker + 1) * batch / workers)
                try inferenceMode {
                    let own = try pixels.sliced(0, first..<last).to(device: device)
                    _ = try model.picture.vectors(own).to(device: .cpu)
                }
            }
        }
        try Torch.setThreadCount(threads)
        let texts = texts(model.text.configuration)
        let textSeconds = try fastest {
            try inferenceMode { _ = try model.text.vectors(texts).to(device: .cpu) }
        }
        let figures = Figures(
            precision: precision.rawValue, batch: batch, threads: threads, load_seconds: loading,
            pictures_per_second: Double(batch) / pictureSeconds, texts_per_second: Double(batch) / textSeconds,
            peak_memory_bytes: peakMemory())
        if json { return try Terminal.printJSON(figures) }
        print(
            String(
                format: "%@  %.1f pictures/s  %.1f texts/s  loaded in %.2f s", figures.precision,
                figures.pictures_per_second, figures.texts_per_second, figures.load_seconds))
    }

    /// Random tokens, as the model wants them.
    private func texts(_ configuration: TextTowerConfiguration) -> [[Int32]] {
        (0..<batch).map { text in
            let count =
                configuration.pooling == .last ? configuration.positionCount : words - 4 + (7 * text) % 9
            let end: Int =
                switch configuration.pooling {
                case .first(let end): end
                case .greatest, .last: configuration.vocabularySize - 1
                }
            let inner = (0..<count - 1).map { Int32(truncatingIfNeeded: (text * 7919 + $0 * 104_729) % (end - 1)) }
            return inner + [Int32(truncatingIfNeeded: end)]
        }
    }

    private func fastest(_ body: () throws -> Void) throws -> Double {
        try body()
        return try (0..<repeats).reduce(.infinity) { best, _ in min(best, try seconds(body)) }
    }
}
