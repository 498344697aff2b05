public import ArgumentParser
import Foundation
import RetrievalData
import RetrievalModels
public import Torch

/// Where and how much to compute.
struct ComputeOptions: ParsableArguments {
    @Option(help: Device.help)
    var device: Device?

    @Option(help: "Threads to compute with. Default: all cores.")
    var threads: Int?

    mutating func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads: expected at least 1, found \(threads)") }
    }

    /// Sets the threads and names the device.
    func prepare() throws -> Device {
        if let threads { try Torch.setThreadCount(threads) }
        return try .chosen(device)
    }
}

extension Device: ExpressibleByArgument {
    static let help: ArgumentHelp = "cpu, cuda or cuda:N. Default: the first CUDA card if there is one, else cpu."

    /// `cpu`, `cuda` or `cuda:N`.
    public init?(argument: String) {
        switch argument {
        case "cpu": self = .cpu
        case "cuda": self = .cuda(0)
        default:
            guard argument.hasPrefix("cuda:"), let index = Int(argument.dropFirst(5)), index >= 0 else { return nil }
            self = .cuda(index)
        }
    }

    /// The device asked for, which has to be there, or the best there is.
    static func chosen(_ device: Device?) throws -> Device {
        guard let device else { return cudaCount > 0 ? .cuda(0) : .cpu }
        if case .cuda(let index) = device, index >= cudaCount {
            throw ValidationError("--device: expected one of \(cudaCount) CUDA cards, found \(device)")
        }
        return device
    }
}

/// In what arithmetic to score.
struct PrecisionOptions: ParsableArguments {
    @Option(
        help: """
            fp32, bf16 or int16. int16 is the fastest on a CPU and agrees with fp32 to four decimals; bf16 is for CUDA \
            cards.
            """)
    var precision = Precision.fp32
}

extension Precision: ExpressibleByArgument {}

/// A trained model and the data to use it on.
struct ModelAndDataOptions: ParsableArguments {
    @Option(help: "A trained model's folder, as `ascl train` writes it.")
    var checkpoint: String

    @Option(help: "A folder in SCAN's layout, or a Karpathy JSON beside its features.")
    var data: String

    @Option(help: "The split, such as test.")
    var split: String

    /// Opens both and checks that they fit.
    /// - Parameter captionsNeeded: Whether a split without captions, such as a photo collection, is an error.
    func open(
        on device: Device, captionsNeeded: Bool = true
    ) throws -> (model: RetrievalModel, split: RetrievalSplit) {
        let dataset = try Dataset(path: data)
        let split = captionsNeeded ? try dataset.split(split) : try dataset.pictures(split)
        let model = try RetrievalModel(checkpoint: checkpoint, device: device)
        try model.check(split, path: data)
        Terminal.tellOfMissingFeatures(split)
        return (model, split)
    }
}

/// What is printed besides results.
enum Terminal {
    /// A line on standard error.
    static func say(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }

    /// Says which images a split leaves out, and that regions stand in for missing globals (docs/method.md, Files).
    static func tellOfMissingFeatures(_ splits: RetrievalSplit...) { splits.omissions.forEach(say) }

    /// Prints a result as JSON.
    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

/// Progress of a count with rate and time left: redrawn on a terminal, a line now and then in a log.
final class Meter {
    private let label: String
    private let unit: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var start = ProcessInfo.processInfo.systemUptime
    private var before = 0
    private var shown: Double

    init(_ label: String, unit: String) {
        self.label = label
        self.unit = unit
        shown = start
    }

    /// What was done by an earlier run, and how much there is: it counts as done, but not in the rate.
    func begin(at done: Int, of total: Int) {
        (start, before) = (ProcessInfo.processInfo.systemUptime, done)
        if done > 0 { Terminal.say("\(label): going on after \(done) of \(total) \(unit)") }
    }

    func update(_ done: Int, of total: Int) {
        let now = ProcessInfo.processInfo.systemUptime
        guard now - shown >= (isTerminal ? 0.2 : 30) || (isTerminal && done == total) else { return }
        shown = now
        let rate = Double(done - before) / max(now - start, 1e-9)
        let left = Double(total - done) / max(rate, 1e-9)
        let line = String(
            format: "%@ %.0f%%  %.0f %@/s  left %d:%02d", label, 100 * Double(done) / Double(max(total, 1)), rate, unit,
            Int(left) / 60, Int(left) % 60)
        FileHandle.standardError.write(Data((isTerminal ? "\r\(line)\u{1B}[K" : line + "\n").utf8))
        if isTerminal, done == total { FileHandle.standardError.write(Data("\n".utf8)) }
    }
}
