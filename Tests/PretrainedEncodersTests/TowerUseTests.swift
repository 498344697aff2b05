import ArrayFiles
import AsCLBase
import Foundation
import PretrainedEncoders
import PretrainedFolders
import RetrievalFixtures
import Testing
import TextEncoding
import Torch
import TorchNN

/// How towers hold their weights, and how they are trained.
@Suite struct TowerUseTests {
    @Test(arguments: ["clip_new", "siglip"])
    func `every parameter of a text tower can be trained`(_ name: String) throws {
        let folder = try StoredFolders.copy(name), expected = try StoredFolders.goldens(name)
        let loaded = try TextTower.load(PretrainedFolder(directory: folder.path), use: .training)
        try loaded.parameters.setRequiresGradient(true)
        let ids = try expected.ids
        func loss() throws -> Tensor {
            let vectors = try loaded.model.vectors(ids)
            return try (vectors * vectors).sum()
        }
        try loss().backward()
        for (name, tensor) in loaded.parameters.entries where !name.hasSuffix("k_proj.bias") {
            // A shift of all keys shifts all logits of a query alike.
            let gradient = try #require(tensor.gradient, "\(name)")
            #expect(try gradient.reshaped([-1]).norm(0).item() > 1e-3, "\(name)")
        }
        // The slope along the gradient is its squared length.
        let parameter = try #require(loaded.parameters.dictionary["text_model.encoder.layers.0.mlp.fc1.weight"])
        let gradient = try #require(parameter.gradient), step = 1e-4
        let before = try withoutGradients { try loss().item() }
        try withoutGradients { try parameter.copy(from: parameter.detached() + gradient * step) }
        let after = try withoutGradients { try loss().item() }
        let length = try gradient.reshaped([-1]).norm(0).item()
        #expect(abs((after - before) / step / (length * length) - 1) < 0.05)
    }

    /// The mapping of a file in this process: its addresses, the kilobytes of it that are in memory, and those of them
    /// that are copies.
    private func mapping(of path: String) throws -> (range: Range<UInt>, resident: Int, copied: Int)? {
        var found: (range: Range<UInt>, resident: Int, copied: Int)?
        var isOurs = false
        let text = try #require(try FileHandle(forReadingAtPath: "/proc/self/smaps")?.readToEnd())
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            let ends = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            if ends.count == 2 {
                isOurs = line.hasSuffix(path)
                if isOurs { found = (ends[0]..<ends[1], 0, 0) }
            } else if isOurs, words.count > 1, let count = Int(words[1]) {
                if words[0] == "Rss:" { found?.resident = count }
                if words[0] == "Anonymous:" { found?.copied = count }
            }
        }
        return found
    }

    #if os(Linux)
    @Test(arguments: [DType.float32, .float16])
    func `a large token table stays in the file`(_ type: DType) throws {
        let folder = try StoredFolders.copy("siglip"), rows = 200_000
        try folder.configure { values in
            var text = values["text_config"] as? [String: Any] ?? [:]
            text["vocab_size"] = rows
            values["text_config"] = text
        }
        let name = "text_model.embeddings.token_embedding.weight"
        try folder.change { $0[name] = try .full([rows, 16], 0.5, dtype: type) }
        let path = folder.path + "/model.safetensors", bytes = rows * 16 * type.byteCount
        let model = try DualEncoder(directory: folder.path)
        let loaded = try #require(try mapping(of: path))
        #expect(loaded.resident * 1024 < bytes / 4, "of \(bytes) bytes")
        _ = try model.text.vectors([[Int32]](repeating: (0..<12).map { Int32($0 * 15_000) }, count: 2))
        #expect(try #require(try mapping(of: path)).copied == 0)
        let table = try #require(model.parameters.dictionary[name])
        #expect(table.dtype == type)
        try table.withBytes { memory in
            #expect(loaded.range.contains(UInt(bitPattern: memory.baseAddress)))
        }
    }
    #endif
}
