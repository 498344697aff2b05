import ArgumentParser
import CommandLineOptions
import Foundation
import RetrievalModels
import TextEncoding
import Torch
import TorchNN

/// The sizes that a pair's cost depends on, and how to time.
struct BenchOptions: ParsableArguments {
    @Option(help: "D, the joint dimension.")
    var dimension = 1024
    @Option(help: "H, the heads.")
    var heads = 8
    @Option(help: "K, the regions of an image.")
    var regions = 36
    @Option(help: "Words of a caption; the lengths vary by 4 around it.")
    var words = 13
    @Option(name: .customLong("repeat"), help: "Timed runs, after one that is not counted; the fastest is reported.")
    var repeats = 3
    @Flag(help: "Print the result as JSON.")
    var json = false
    @OptionGroup var arithmetic: PrecisionOptions
    @OptionGroup var compute: ComputeOptions

    var precision: Precision { arithmetic.precision }

    mutating func validate() throws {
        try ValidationError.expect(
            atLeast: 1,
            ["dimension": dimension, "heads": heads, "regions": regions, "words": words, "repeat": repeats])
        if dimension % heads != 0 {
            throw ValidationError("--heads: expected a divisor of the dimension \(dimension), found \(heads)")
        }
    }

    /// Features and words of MSCOCO's sizes, a model of the paper's shape otherwise.
    func configuration(textDimension: Int = 768) throws -> AsCLConfiguration {
        try AsCLConfiguration(
            jointDimension: dimension, heads: heads, regionDimension: 2048, globalDimension: 2048,
            textDimension: textDimension, localWeight: 0.8)
    }

    /// Ragged: `words` on average, from four fewer to four more.
    func lengths(_ captions: Int) -> [Int] { (0..<captions).map { max(1, words - 4 + (7 * $0) % 9) } }

    /// Projected features `[count, K, D]` and `[count, D]`.
    func projectedImages(_ count: Int, _ generator: Generator) throws -> ImageBatch {
        try ImageBatch(
            regions: .normal([count, regions, dimension], generator: generator),
            globals: .normal([count, dimension], generator: generator))
    }

    /// Word vectors `[words, width]`.
    func texts(_ count: Int, width: Int, _ generator: Generator) throws -> TextBatch {
        let lengths = lengths(count)
        return try TextBatch(rows: .normal([lengths.reduce(0, +), width], generator: generator), lengths: lengths)
    }

    func fastest(_ body: () throws -> Void) throws -> Double { try times(body).min() ?? 0 }

    /// Wall clock of each timed run, after one that is not counted.
    func times(_ body: () throws -> Void) throws -> [Double] {
        try body()
        return try (0..<repeats).map { _ in try seconds(body) }
    }

    /// Throws the precision out that this device or model cannot serve.
    func prepare() throws -> Device {
        let device = try compute.prepare()
        if precision == .int16, device != .cpu {
            throw ValidationError("--precision: int16 needs the CPU, found \(device)")
        }
        return device
    }
}

/// Wall clock of `body`.
func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ProcessInfo.processInfo.systemUptime
    try body()
    return ProcessInfo.processInfo.systemUptime - start
}

/// Multiply-adds a second of libtorch's own matrix product.
func matrixProductRate(_ dtype: DType, on device: Device) throws -> Double {
    let size = device == .cpu ? 2048 : 8192
    let generator = try Generator(seed: 1, device: device)
    let a = try Tensor.normal([size, size], generator: generator).to(dtype)
    func product() throws { _ = try a.matmul(a).sliced(0, 0..<1).sum().item() }
    try product()
    let best = try (0..<3).reduce(Double.infinity) { best, _ in min(best, try seconds(product)) }
    return pow(Double(size), 3) / best
}
