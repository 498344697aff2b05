package import ArrayFiles
import AsCLBase

/// Tensors in and out of safetensors, PyTorch's state dicts and npy files.
package enum TensorFiles {
    /// All tensors of a file of weights by name, safetensors or a state dict by `torch.save`, whatever its name says.
    /// They share the mapped file's pages where they can, so treat them as read-only.
    /// - Throws: `InputError` where the file is neither or is broken, `TorchError`.
    package static func load(weights path: String) throws -> [String: Tensor] {
        switch try WeightsFile(path: path) {
        case .safetensors(let file): try load(file)
        case .stateDict(let file): try load(file)
        }
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
