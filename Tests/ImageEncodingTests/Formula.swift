import ImageEncoding
import Torch
import TorchNN

/// Parameters and pictures by the formula of `scripts/formula_weights.py`, so that nothing big has to be stored: every
/// value follows from the name and its place.
enum Formula {
    private static let period = 65537

    /// Values in [-1, 1) by a linear congruential generator, exact in float32.
    private static let table: [Float] = {
        var state = 1
        return (0..<period).map { _ in
            state = (1_103_515_245 * state + 12345) % (1 << 31)
            return Float((state >> 8) - (1 << 22)) / Float(1 << 22)
        }
    }()

    /// The table read round and round, from a place that the name decides.
    static func uniform(_ name: String, _ shape: [Int]) throws -> Tensor {
        var place = name.utf8.reduce(0) { ($0 * 31 + Int($1)) % period }
        let tensor = try Tensor.empty(shape)
        try tensor.withBytes { bytes in
            let values = bytes.bindMemory(to: Float.self)
            var filled = 0
            while filled < values.count {
                let count = min(period - place, values.count - filled)
                _ = UnsafeMutableBufferPointer(rebasing: values[filled..<filled + count])
                    .update(fromContentsOf: table[place..<place + count])
                filled += count
                place = 0
            }
        }
        return tensor
    }

    /// The same as numbers.
    static func floats(_ name: String, _ count: Int) throws -> [Float] { try uniform(name, [count]).array() }

    /// A parameter: norms near one, shifts near zero, weights of `variance` / fan in.
    static func parameter(_ name: String, _ shape: [Int], variance: Double) throws -> Tensor {
        let values = try uniform(name, shape)
        if name.hasSuffix("running_var") { return try values * 0.5 + 1 }
        guard shape.count == 1 else {
            let scale = Float((3 * variance / Double(shape.dropFirst().reduce(1, *))).squareRoot())
            return try values * Double(scale)
        }
        return try name.hasSuffix("weight") ? values * 0.25 + 0.75 : values * 0.125
    }

    /// Rectangles over a slope, with a grain; each `kind` is another.
    static func picture(_ width: Int, _ height: Int, _ kind: Int = 0) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                for c in 0..<3 {
                    var value = (x * (3 + c) + y * (5 - c) + 40 * kind) / 3 + ((x * x + 3 * y * (c + 1)) ^ (x * y)) % 23
                    value += 90 * ((x / (9 + kind) + y / (7 + c)) % 2)
                    pixels.append(UInt8(value % 256))
                }
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }
}

/// The greatest absolute difference of two lists; infinite when their lengths differ.
func greatestDifference(_ first: [Float], _ second: [Float]) -> Float {
    guard first.count == second.count else { return .infinity }
    return zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
