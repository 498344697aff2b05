import ArrayFiles
import AsCLBase
import Foundation
import Torch

/// The weights of a Hugging Face folder, under the names of `BERT`.
struct BERTWeights {
    /// The file, or the index of the files, for errors.
    let path: String
    /// The encoder's tensors; nothing of heads and buffers.
    private(set) var tensors: [String: Tensor] = [:]
    /// What was left out, in a line; none where everything is of use.
    let notices: [String]

    /// In the order in which `transformers` looks for them.
    private static let files = [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    ]
    /// Buffers that older versions of `transformers` saved: the numbers 0, 1, 2, ... and zeros.
    private static let buffers: Set = ["embeddings.position_ids", "embeddings.token_type_ids"]

    /// Finds and reads the folder's weights: safetensors or a state dict by `torch.save`, in one file or in several with
    /// an index.
    init(directory: String) throws {
        guard let name = Self.files.first(where: { FileManager.default.fileExists(atPath: directory + "/" + $0) })
        else {
            throw Self.missing(in: directory)
        }
        path = directory + "/" + name
        let all =
            name.hasSuffix(".index.json")
            ? try TensorFiles.load(WeightsIndex(path: path)) : try TensorFiles.load(weights: path)
        var originals: [String: String] = [:]
        var leftOut: [String: Int] = [:]
        for (name, tensor) in all.sorted(by: { $0.key < $1.key }) {
            let key = Self.name(of: name)
            if Self.buffers.contains(key) { continue }
            guard key.hasPrefix("embeddings.") || key.hasPrefix("encoder.") else {
                leftOut[String(key.prefix { $0 != "." }), default: 0] += 1
                continue
            }
            if let other = originals.updateValue(name, forKey: key) {
                throw InputError(path: path, place: key, expected: "one such parameter", found: "\(other) and \(name)")
            }
            tensors[key] = tensor
        }
        // Another family's would else be missing one by one.
        for part in ["embeddings.", "encoder."] where !originals.keys.contains(where: { $0.hasPrefix(part) }) {
            throw InputError(
                path: path, place: "parameters", expected: "a BERT's: \(part)*, also behind bert. or module.",
                found: all.keys.filter { originals[Self.name(of: $0)] == nil }.min()?.shownInOneLine ?? "none")
        }
        let parts = leftOut.sorted { $0.key < $1.key }.map { "\($0.key.shownInOneLine).* (\($0.value))" }
        notices = parts.isEmpty ? [] : ["\(path): not needed and left out: \(parts.joined(separator: ", "))"]
    }

    /// A parameter's name without what wrappers and heads put before it, in today's spelling: the oldest files have
    /// the layer norms' first names.
    private static func name(of original: String) -> String {
        var name = Substring(original)
        while let prefix = ["module.", "bert."].first(where: name.hasPrefix) { name = name.dropFirst(prefix.count) }
        if name.hasSuffix("LayerNorm.gamma") { return name.dropLast(5) + "weight" }
        if name.hasSuffix("LayerNorm.beta") { return name.dropLast(4) + "bias" }
        return String(name)
    }

    /// Says what the folder has instead.
    private static func missing(in directory: String) -> InputError {
        let kinds = [
            ".safetensors", ".bin", ".h5", ".msgpack", ".onnx", ".pt", ".pth", ".ckpt", ".ckpt.index", ".gguf",
        ]
        let others = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [])
            .filter { name in kinds.contains(where: name.hasSuffix) }.sorted()
        let broken = others.first(where: files.contains)
        return InputError(
            path: directory + "/" + files[0], expected: "this file, or \(files.dropFirst().joined(separator: ", "))",
            found: others.isEmpty
                ? "none of them"
                : broken.map { "\($0), a link to nothing" }
                    ?? "\(others.joined(separator: ", ")): load it with transformers and save_pretrained it")
    }
}
