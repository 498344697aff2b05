import ArgumentParser
import AsCLBase
import CommandLineOptions
import FeatureExtraction
import Foundation
import ImageEncoding
import Torch

struct BenchPictures: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pictures",
        abstract: "Time decoding, encoding, and both with writing, from picture files to feature files.")

    @Option(help: "A folder of pictures.")
    var images: String
    @OptionGroup var encoders: EncoderOptions
    @Option(help: "Pictures that each thread encodes at once.")
    var batch = 4
    @Option(help: "Pictures to encode without decoding; 0: decode only.")
    var count = 64
    @Option(name: .customLong("repeat"), help: "Timed runs, after one that is not counted; the fastest is reported.")
    var repeats = 3
    @Option(help: "Threads, each decoding and encoding its own pictures. Default: all cores.")
    var threads: Int?
    @Option(help: "Pictures to bring from files to feature files; 0: none.")
    var pipeline = 0
    @Option(help: Device.help)
    var device: Device?
    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["batch": batch, "repeat": repeats, "threads": threads])
        try ValidationError.expect(atLeast: 0, ["count": count, "pipeline": pipeline])
    }

    struct Figures: Encodable {
        let what = "pictures"
        let threads, pictures: Int
        /// Decoding and bringing to the encoder's size.
        let decode_per_second: Double
        /// Encoding of pictures that are decoded already; nil where not asked for.
        let encode_per_second: Double?
        /// From files to feature files, and over the encoding rate.
        let pipeline_per_second, pipeline_share: Double?
        let peak_memory_bytes: Int
    }

    func run() throws {
        let place = try Device.chosen(device)
        try Torch.setThreadCount(1)
        let encoder = try encoders.encoder(on: place)
        let workers = threads ?? ProcessInfo.processInfo.activeProcessorCount
        let paths = try PictureList.folder(images).splits.flatMap(\.entries).compactMap {
            if case .picture(_, let path) = $0 { path } else { nil }
        }
        let decoder = PictureDecoder()
        let decode: @Sendable (String) throws -> Picture = {
            try decoder.decode(path: $0, shrinkingTo: encoder.smallestUsefulSize)
        }
        let decodeSeconds = try fastest {
            try onThreads(workers, paths.count) { index in
                let picture = try decode(paths[index])
                let size = encoder.smallestUsefulSize(width: picture.width, height: picture.height)
                _ = try picture.resized(to: size)
            }
        }
        var encodeRate: Double?
        if count > 0 {
            let pictures = try paths.prefix(batch).map(decode)
            let rounds = max(workers, count / batch)
            let seconds = try fastest {
                try onThreads(workers, rounds) { _ in _ = try encoder.encode(pictures) }
            }
            encodeRate = Double(rounds * pictures.count) / seconds
        }
        var pipelineRate: Double?
        if pipeline > 0 {
            let seconds = try fastest { try extract(paths.prefix(pipeline), encoder, decode, workers) }
            pipelineRate = Double(min(pipeline, paths.count)) / seconds
        }
        let figures = Figures(
            threads: workers, pictures: paths.count, decode_per_second: Double(paths.count) / decodeSeconds,
            encode_per_second: encodeRate, pipeline_per_second: pipelineRate,
            pipeline_share: encodeRate.flatMap { rate in pipelineRate.map { $0 / rate } },
            peak_memory_bytes: peakMemory())
        if json { return try Terminal.printJSON(figures) }
        print("decode and resize: \(Int(figures.decode_per_second)) pictures/s")
        if let encodeRate { print(String(format: "encode: %.1f pictures/s", encodeRate)) }
        if let pipelineRate { print(String(format: "files to features: %.1f pictures/s", pipelineRate)) }
    }

    /// From picture files to feature files in a folder that goes away again.
    private func extract(
        _ paths: some Collection<String>, _ encoder: any PictureEncoder,
        _ decode: @escaping @Sendable (String) throws -> Picture,
        _ workers: Int
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("ascl-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let list = folder.path + "/list"
        try Data(paths.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: list))
        let settings = ExtractionSettings(workers: workers, batchSize: batch)
        _ = try Extraction(
            list: try .file(list, folder: ""), encoder: encoder, decode: decode, output: folder.path + "/features",
            settings: settings
        ).run()
    }

    private func fastest(_ body: () throws -> Void) throws -> Double {
        try body()
        return try (0..<repeats).reduce(.infinity) { best, _ in min(best, try seconds(body)) }
    }
}
