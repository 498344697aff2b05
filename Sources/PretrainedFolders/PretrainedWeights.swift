import ArrayFiles
package import AsCLBase
import Foundation
package import Torch

/// The weights of a Hugging Face folder, under the names of one model.
package struct PretrainedWeights {
    /// The file, or the index of the files, for errors.
    package let path: String
    /// The model's tensors; nothing of heads and buffers.
    package private(set) var tensors: [String: Tensor] = [:]
    /// What was left out, in a line; none where everything is of use.
    package let notices: [String]

    /// In the order in which `transformers` looks for them.
    private static let files = [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    ]

    /// Finds and reads the folder's weights: safetensors or a state dict by `torch.save`, in one file or in several with
    /// an index.
    package init(directory: String, names: PretrainedNames) throws {
        path = try Self.file(in: directory)
        let all =
            path.hasSuffix(".index.json")
            ? try TensorFiles.load(WeightsIndex(path: path)) : try TensorFiles.load(weights: path)
        var originals: [String: String] = [:]
        var leftOut: [String: Int] = [:]
        for (name, tensor) in all.sorted(by: { $0.key < $1.key }) {
            let key = names.name(of: name)
            if names.buffers.contains(where: key.hasSuffix) { continue }
            guard names.isWanted(key) else {
                if names.unread.contains(where: key.hasPrefix) { continue }
                leftOut[String(key.prefix { $0 != "." }), default: 0] += 1
                continue
            }
            if let other = originals.updateValue(name, forKey: key) {
                throw InputError(path: path, place: key, expected: "one such parameter", found: "\(other) and \(name)")
            }
            tensors[key] = tensor
        }
        // Another family's would else be missing one by one.
        for part in names.parts where !originals.keys.contains(where: { $0.hasPrefix(part) }) {
            let stranger = all.keys.filter { originals[names.name(of: $0)] == nil }.min()
            let isOpenCLIP = all.keys.contains { $0.hasPrefix("visual.") || $0.contains("transformer.resblocks.") }
            throw InputError(
                path: path, place: "parameters",
                expected: "\(names.owner): \(part)*, also behind \(names.wrappers.joined(separator: " or "))",
                found: (stranger?.shownInOneLine ?? "none")
                    + (isOpenCLIP ? ", one of open_clip's names" + Self.advice : ""))
        }
        let parts = leftOut.sorted { $0.key < $1.key }.map { "\($0.key.shownInOneLine).* (\($0.value))" }
        notices = parts.isEmpty ? [] : ["\(path): not needed and left out: \(parts.joined(separator: ", "))"]
    }

    private static let advice = ": fetch the same model in the layout of transformers (config.json, model.safetensors)"

    /// The folder's file of weights, or the index of several.
    /// - Throws: `InputError` that says what the folder has instead.
    package static func file(in directory: String) throws(InputError) -> String {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).sorted()
        return try directory + "/"
            + file(among: names, of: directory) { name in
                FileManager.default.fileExists(atPath: directory + "/" + name)
            }
    }

    /// The file of weights, or the index of several, among the names of a folder's files.
    /// - Parameters:
    ///   - place: What to call the folder in an error.
    ///   - isThere: Whether a name leads to a file.
    /// - Throws: `InputError` that says what there is instead.
    package static func file(
        among names: [String], of place: String, isThere: (String) -> Bool = { _ in true }
    ) throws(InputError) -> String {
        if let name = files.first(where: { names.contains($0) && isThere($0) }) { return name }
        let kinds = [
            ".safetensors", ".bin", ".h5", ".msgpack", ".onnx", ".pt", ".pth", ".ckpt", ".ckpt.index", ".gguf",
        ]
        let others = names.filter { name in kinds.contains(where: name.hasSuffix) }
        let found =
            if others.isEmpty {
                "none of them"
            } else if let broken = others.first(where: files.contains) {
                "\(broken), a link to nothing"
            } else if others.contains(where: { $0.hasPrefix("open_clip_") }) {
                others.joined(separator: ", ") + advice
            } else {
                others.joined(separator: ", ") + ": load it with transformers and save_pretrained it"
            }
        throw InputError(
            path: place + "/" + files[0], expected: "this file, or \(files.dropFirst().joined(separator: ", "))",
            found: found)
    }
}

/// What a model calls its parameters, and what files put around it.
package struct PretrainedNames: Sendable {
    /// Whose they are, "a BERT's", for errors.
    let owner: String
    /// What wrappers and heads put before the names.
    let wrappers: [String]
    /// What the names begin with, each of which there has to be.
    let parts: [String]
    /// What else is wanted where it is there.
    let others: [String]
    /// What is not wanted and goes without saying.
    let unread: [String]
    /// How the names of buffers end that older versions of `transformers` saved: the numbers 0, 1, 2, ... and zeros.
    let buffers: [String]
    /// A name of today for one of former times or of another place.
    let renamed: @Sendable (Substring) -> String

    /// The names of a model.
    package init(
        owner: String, wrappers: [String], parts: [String], others: [String] = [], unread: [String] = [],
        buffers: [String], renamed: @escaping @Sendable (Substring) -> String
    ) {
        self.owner = owner
        self.wrappers = wrappers
        self.parts = parts
        self.others = others
        self.unread = unread
        self.buffers = buffers
        self.renamed = renamed
    }

    func name(of original: String) -> String {
        var name = Substring(original)
        while let prefix = wrappers.first(where: name.hasPrefix) { name = name.dropFirst(prefix.count) }
        return renamed(name)
    }

    func isWanted(_ name: String) -> Bool { (parts + others).contains(where: name.hasPrefix) }
}
