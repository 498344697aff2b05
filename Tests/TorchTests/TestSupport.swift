import Foundation
import Testing
import Torch

/// A float32 tensor.
func tensor(_ values: [Float], _ shape: Int...) throws -> Tensor { try Tensor(values, shape: shape) }

/// A float32 vector that gradients are gathered for.
func leaf(_ values: [Float]) throws -> Tensor {
    let tensor = try Tensor(values, shape: [values.count])
    try tensor.setRequiresGradient(true)
    return tensor
}

/// The elements in C order, whatever their type.
func values(_ tensor: Tensor?) throws -> [Double] { try #require(tensor).detached().to(.float64).array() }

/// The error's text.
func message(_ body: () throws -> Void) throws -> String {
    let line = try #require(throws: TorchError.self) { try body() }.description
    #expect(!line.contains { $0.isNewline })
    return line
}

/// Something whose end can be seen.
final class Owner: Sendable {}

struct Weak {
    weak var owner: Owner?
}

/// A folder of a test's own, gone with the test.
final class TemporaryFolder {
    let path = NSTemporaryDirectory() + "torch-\(UUID().uuidString)"

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
