package import ArrayFiles
import AsCLBase
import Foundation

/// Tensors in and out of safetensors, PyTorch's state dicts and npy files.
package enum TensorFiles {
    /// All tensors of a file of weights by name, safetensors or a state dict by `torch.save`, whatever its name says.
    /// They share the mapped file's pages where they can, so treat them as read-only.
    /// - Throws: `InputError` where the file is neither, is broken or holds what no weight can be, `TorchError`.
    package static func load(weights path: String) throws -> [String: Tensor] {
        try load(WeightsFile(path: path), path)
    }

    /// All tensors of weights that lie in several files, by name.
    /// - Throws: `InputError` naming the file that is missing or wrong, and what it lacks; before any of them is read
    ///   whole where that can be known.
    package static func load(_ index: WeightsIndex) throws -> [String: Tensor] {
        let indexName = URL(fileURLWithPath: index.path).lastPathComponent
        let files = try index.parts.map { part in
            guard FileManager.default.fileExists(atPath: part.path) else {
                throw InputError(path: part.path, expected: "this file, which \(indexName) names", found: "none")
            }
            return try WeightsFile(path: part.path)
        }
        var all: [String: Tensor] = [:]
        for (part, file) in zip(index.parts, files) {
            let tensors = try load(file, part.path)
            if let missing = part.names.first(where: { tensors[$0] == nil }) {
                throw InputError(
                    path: part.path, place: missing.shownInOneLine, expected: "this tensor, by \(indexName)",
                    found: "none"
                )
            }
            try all.merge(tensors) { _, _ in
                throw InputError(
                    path: part.path, expected: "tensors that no other file has", found: "one that is there")
            }
        }
        return all
    }

    private static func load(_ file: WeightsFile, _ path: String) throws -> [String: Tensor] {
        let tensors =
            switch file {
            case .safetensors(let file): try load(file)
            case .stateDict(let file): try load(file)
            }
        // What was looked at comes again from the system's cache: a table of gigabytes is not held for the look.
        try check(tensors, of: path) { file.releasePages() }
        return tensors
    }

    /// Refuses what no weight can be: a number that is not finite as float32, in which all weights are used, and a batch
    /// norm's negative variance. Networks may make finite numbers of them, for a rectifier turns some NaNs into zeros.
    /// - Parameter afterPart: Is called when some megabytes have been looked at.
    /// - Throws: `InputError` naming the tensor and the place in it.
    package static func check(
        _ tensors: [String: Tensor], of path: String, afterPart: () -> Void = {}
    ) throws {
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) where tensor.dtype.isFloatingPoint {
            let isVariance = name == "running_var" || name.hasSuffix(".running_var")
            func isRight(_ value: Double) -> Bool { value.isFinite && (!isVariance || value >= 0) }
            let elements = try tensor.reshaped([-1])
            for start in stride(from: 0, to: elements.count, by: elementsAtOnce) {
                let end = min(start + elementsAtOnce, elements.count)
                let values = try elements.sliced(0, start..<end).to(.float32)
                if let (least, greatest) = try values.extremes(), !isRight(least) || !isRight(greatest),
                    let (place, value) = try values.array(Float.self).enumerated().first(where: {
                        !isRight(Double($0.element))
                    })
                {
                    throw InputError(
                        path: path, place: name.shownInOneLine,
                        expected: isVariance ? "variances, finite and not negative" : "finite numbers",
                        found: "\(value.isNaN ? "nan" : "\(value)") at \(index(of: start + place, in: tensor.shape))")
                }
                if end - start == elementsAtOnce { afterPart() }
            }
        }
        afterPart()
    }

    /// Elements that are looked at together.
    private static let elementsAtOnce = 1 << 22

    /// The index, in every dimension, of an element by its number in C order.
    private static func index(of element: Int, in shape: [Int]) -> [Int] {
        var rest = element
        return Array(
            shape.reversed().map { size in
                defer { rest /= size }
                return rest % size
            }.reversed())
    }

    /// All tensors of a PyTorch state dict by name; they share the mapped file's pages where they can, so treat them as
    /// read-only.
    package static func load(_ file: StateDictFile) throws(TorchError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (name, entry) in file.entries {
            guard let elements = file.bytes(of: name) else { continue }
            tensors[name] = try mapped(elements.bytes, entry.shape, entry.elementType, owner: elements)
        }
        return tensors
    }

    /// All tensors of a safetensors file by name; they share the mapped file's pages, so treat them as read-only.
    package static func load(_ file: SafetensorsFile) throws(TorchError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (name, entry) in file.entries {
            guard let bytes = file.bytes(of: name) else { continue }
            tensors[name] = try mapped(bytes, entry.shape, entry.elementType, owner: file.file)
        }
        return tensors
    }

    /// Writes tensors by name into a safetensors file, beside and renamed.
    package static func save(
        _ tensors: [String: Tensor], metadata: [String: String] = [:], to path: String
    ) throws {
        let ready = try tensors.map { (name: $0, tensor: try $1.detached().to(device: .cpu).contiguous()) }
        let items = try ready.map { name, tensor in
            try tensor.withBytes {
                SafetensorsWriter.Item(
                    name: name, elementType: tensor.dtype, shape: tensor.shape, bytes: UnsafeRawBufferPointer($0))
            }
        }
        try withExtendedLifetime(ready) { try SafetensorsWriter.write(items, metadata: metadata, to: path) }
    }

    /// An npy file as a tensor that shares the mapped pages, to be treated as read-only.
    package static func load(_ array: NumpyArray) throws(TorchError) -> Tensor {
        try mapped(array.bytes, array.shape, array.elementType, owner: array.file)
    }

    /// libtorch wants elements at their natural alignment; a file may place them anywhere, then a copy serves.
    private static func mapped(
        _ bytes: UnsafeRawBufferPointer, _ shape: [Int], _ dtype: DType, owner: AnyObject
    ) throws(TorchError) -> Tensor {
        if let address = bytes.baseAddress, Int(bitPattern: address) % dtype.byteCount == 0 {
            return try Tensor(wrapping: bytes, shape: shape, dtype: dtype, owner: owner)
        }
        let tensor = try Tensor.empty(shape, dtype: dtype)
        try tensor.withBytes { $0.copyMemory(from: bytes) }
        return tensor
    }
}
