import ArgumentParser
import ArrayFiles
import AsCLBase
import CommandLineOptions
import Foundation
import RetrievalData
import RetrievalEvaluation
import RetrievalModels
import TextEncoding
import Torch

struct BenchEvaluation: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluation",
        abstract: "Time a whole evaluation: random features on disk, a text encoder, ranks both ways.",
        discussion: """
            The defaults are the size of MSCOCO's 5K test. An untrained model is at chance on random features, so the \
            recalls also say that no score has seen its right partner.
            """)

    @Option(help: "Images.")
    var images = 5000
    @Option(help: "Captions of each image.")
    var captionsPerImage = 5
    @Option(help: "The text encoder, a Hugging Face BERT folder.")
    var textEncoder = ".text-encoder"
    @Option(help: "Keep data and progress in this folder; the same command goes on there.")
    var folder: String?
    @OptionGroup var options: BenchOptions

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["images": images, "captions-per-image": captionsPerImage])
    }

    struct Figures: Encodable {
        let what = "evaluation"
        let precision: String
        let pairs, threads: Int
        let seconds, encoding_seconds, pairs_per_second: Double
        let peak_memory_bytes: Int
        let instructions: String
        let result: RetrievalResult
    }

    func run() throws {
        let device = try options.prepare()
        let place = folder ?? FileManager.default.temporaryDirectory.path + "/ascl-bench-\(UUID().uuidString)"
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: place) } }
        let encoder = try TextEncoder(directory: TextEncoder.find(textEncoder), device: device)
        try writeData(to: place, words: wholeWords(in: encoder.directory))
        let split = try Dataset(path: place).split("test")
        let model = try RetrievalModel(
            options.configuration(textDimension: encoder.width), textEncoder: encoder, seed: 1, device: device)
        var state = try folder.map {
            try EvaluationProgress(folder: $0 + "/progress", model, split, in: options.precision)
        }
        var evaluator: Evaluator?
        let encoding = try seconds {
            evaluator = try Evaluator(
                model, split, in: options.precision, wordsFile: state?.wordsFile,
                progress: ProgressMeter("encoding", unit: "captions").update)
        }
        guard let evaluator else { throw ExitCode.failure }
        let pairs = images * images * captionsPerImage
        let done = state?.ranks.count ?? 0
        let meter = ProgressMeter("scoring", unit: "pairs")
        meter.begin(at: done, of: pairs)
        var ranks: RetrievalRanks?
        let scoring = try seconds {
            ranks = try evaluator.ranks(continuing: state?.ranks, progress: meter.update) {
                try state?.save($2)
            }
        }
        guard let ranks else { throw ExitCode.failure }
        let figures = Figures(
            precision: options.precision.rawValue, pairs: pairs - done, threads: Torch.threadCount,
            seconds: encoding + scoring, encoding_seconds: encoding,
            pairs_per_second: Double(pairs - done) / scoring, peak_memory_bytes: peakMemory(),
            instructions: AsCLModel.kernelInstructions, result: try RetrievalResult(ranks))
        if options.json { return try Terminal.printJSON(figures) }
        print(figures.result)
        print(
            String(
                format: "%@  %.0f pairs/s  %.0f s, %.0f s of it encoding; peak memory %.2f GB", figures.precision,
                figures.pairs_per_second, figures.seconds, encoding, Double(figures.peak_memory_bytes) / 1e9))
    }

    /// A split in SCAN's layout: normal features in float16, captions of random words. A second call finds it there.
    private func writeData(to folder: String, words: [String]) throws {
        guard !FileManager.default.fileExists(atPath: folder + "/test_ims.npy") else { return }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var random = SeededGenerator(seed: 3)
        // Two of a caption's vectors are the encoder's own tokens.
        let lengths = options.lengths(images * captionsPerImage).map { max(1, $0 - 2) }
        let captions = lengths.map { length in
            (0..<length).map { _ in words[Int.random(in: words.indices, using: &random)] }.joined(separator: " ")
        }
        try AtomicFile.write(Data((captions.joined(separator: "\n") + "\n").utf8), to: folder + "/test_caps.txt")
        let generator = try Generator(seed: 4)
        for (name, row) in [("test_globals", [2048]), ("test_ims", [options.regions, 2048])] {
            let writer = try NumpyWriter(
                path: folder + "/\(name).npy", elementType: .float16, shape: [images] + row)
            for start in stride(from: 0, to: images, by: 64) {
                let part = try Tensor.normal([min(64, images - start)] + row, generator: generator).to(.float16)
                try part.withBytes { bytes in Result { try writer.append(UnsafeRawBufferPointer(bytes)) } }.get()
            }
            try writer.finish()
        }
    }

    /// Words that are one token each.
    private func wholeWords(in encoder: String) throws -> [String] {
        let lines = try String(contentsOfFile: encoder + "/vocab.txt", encoding: .utf8).split(separator: "\n")
        let words = lines.filter { $0.utf8.count > 3 && $0.utf8.allSatisfy { $0 >= 97 && $0 <= 122 } }.map(String.init)
        guard !words.isEmpty else {
            throw ValidationError("--text-encoder: expected whole words in \(encoder)/vocab.txt, found none")
        }
        return words
    }
}
