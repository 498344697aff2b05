import Foundation
import ImageEncoding
import Torch
import TorchNN

/// Parameters and pictures that the goldens' script computes just so: scripts/formula_weights.py.
enum DetectionFormula {
    /// Numbers in [-1, 1): SplitMix64 from the name's FNV-1a hash.
    static func uniform(_ name: String, _ count: Int) -> [Double] {
        let state = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return (1...max(count, 1)).prefix(count).map { index in
            var z = state &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            z ^= z >> 31
            return Double(z >> 40) / 8_388_608 - 1
        }
    }

    static func floats(_ name: String, _ count: Int) -> [Float] { uniform(name, count).map(Float.init) }

    private static let gains = [
        ("rpn.head.cls_logits", 0.4), ("rpn.head.bbox_pred", 0.06), ("box_predictor.cls_score", 0.6),
        ("box_predictor.bbox_pred", 0.4), ("objectness_logits", 0.4), ("anchor_deltas", 0.06),
        ("stem.conv1.weight", 0.025), ("conv3", 0.7),
    ]

    static func parameter(_ name: String, _ shape: [Int]) throws -> Tensor {
        let u = uniform(name, shape.reduce(1, *))
        let values: [Double]
        if name.hasSuffix(".running_var") {
            values = u.map { 1 + 0.5 * $0 }
        } else if name.hasSuffix(".weight"), shape.count == 1 {
            values = u.map { 1 + 0.2 * $0 }
        } else if shape.count == 1 {
            values = u.map { 0.1 * $0 }
        } else {
            let gain = gains.first { name.contains($0.0) }?.1 ?? 2.squareRoot()
            let scale = gain * (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
            values = u.map { scale * $0 }
        }
        return try Tensor(values.map(Float.init), shape: shape)
    }

    /// Every parameter of a model by the formula, but for those given.
    static func parameters<Model>(
        replacing own: [String: Tensor], _ build: (ParameterScope) throws -> Model
    ) throws -> [String: Tensor] {
        let fresh = try ParameterStore.initialize(seed: 1, build).parameters
        var made: [String: Tensor] = [:]
        for (name, tensor) in fresh.entries { made[name] = try own[name] ?? parameter(name, tensor.shape) }
        return made
    }

    /// Rectangles over a slope, with a grain.
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
