import Foundation
import ImageEncoding
import Torch
import TorchNN

/// Weights and inputs by the formula of `scripts/make_backbone_goldens.py`, so that nothing big has to be stored.
enum BackboneFormula {
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
    static func pseudoRandom(_ name: String, _ shape: [Int]) throws -> Tensor {
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

    /// A parameter: norms near one, shifts near zero, weights uniform for inputs of unit variance.
    static func parameter(_ name: String, _ shape: [Int], gain: Double) throws -> Tensor {
        let values = try pseudoRandom(name, shape)
        if name.hasSuffix("running_var") { return try values * 0.5 + 1 }
        guard shape.count == 1 else {
            let scale = Float((gain / Double(shape.dropFirst().reduce(1, *))).squareRoot())
            return try values * Double(scale)
        }
        return try name.hasSuffix("weight") ? values * 0.25 + 0.75 : values * 0.125
    }

    /// All parameters of a network with a classifier of ten classes.
    static func parameters(of name: BackboneName) throws -> [String: Tensor] {
        let network = try ParameterStore.initialize(seed: 1) { try name.build($0) }
        var shapes = network.parameters.entries.map { ($0.name, $0.tensor.shape) }
        let classifier = name == .mobilenetV2 ? "classifier.1" : "fc"
        shapes += [("\(classifier).weight", [10, network.model.channels]), ("\(classifier).bias", [10])]
        let gain = name == .mobilenetV2 ? 6.0 : 3.0
        return try Dictionary(
            uniqueKeysWithValues: shapes.map { ($0, try parameter($0, $1, gain: gain)) })
    }

    /// A network with those parameters.
    static func backbone(_ name: BackboneName) throws -> Backbone {
        try Backbone(name, parameters(of: name), from: "formula", weightsDigest: "formula")
    }

    /// A picture of pseudo-random blocks: rough enough that every place tells.
    static func picture(_ seed: Int, width: Int, height: Int) throws -> Picture {
        let noise: [Float] = try pseudoRandom("picture \(seed)", [(width / 8 + 1) * (height / 8 + 1) * 3]).array()
        var pixels: [UInt8] = []
        for row in 0..<height {
            for column in 0..<width {
                let block = (row / 8 * (width / 8 + 1) + column / 8) * 3
                pixels += (0..<3).map { UInt8((noise[block + $0] + 1) * 127.5) }
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
