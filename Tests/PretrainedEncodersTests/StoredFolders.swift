import ArrayFiles
import Foundation
import PretrainedFolders
import RetrievalFixtures
import Testing
import Torch

/// The folders that scripts/make_clip_goldens.py made.
enum StoredFolders {
    /// Those that take their configuration and their goldens from another.
    private static let base = ["clip_shards": "clip_new", "clip_bin": "clip_new", "clip_half": "clip_new"]

    private static func place(_ name: String) throws -> String {
        let folders = try #require(
            Bundle.module.url(forResource: "Folders", withExtension: nil, subdirectory: "Resources"))
        return folders.path + "/" + name
    }

    /// A copy of a folder, whole.
    static func copy(_ name: String) throws -> ScratchFolder {
        let scratch = try ScratchFolder()
        let own = try place(name)
        for file in try FileManager.default.contentsOfDirectory(atPath: own) where file != "goldens.safetensors" {
            try FileManager.default.copyItem(atPath: own + "/" + file, toPath: scratch.path + "/" + file)
        }
        if let base = base[name] {
            try FileManager.default.copyItem(
                atPath: place(base) + "/config.json", toPath: scratch.path + "/config.json")
        }
        return scratch
    }

    /// What `transformers` computes with it.
    static func goldens(_ name: String) throws -> Goldens {
        Goldens(tensors: try TensorFiles.load(weights: place(base[name] ?? name) + "/goldens.safetensors"))
    }

    struct Goldens {
        let tensors: [String: Tensor]
        subscript(_ name: String) -> Tensor { get throws { try #require(tensors[name]) } }
        var ids: [[Int32]] {
            get throws {
                let table = try self["ids"], width = table.shape[1], numbers = try table.array(Int.self)
                return (0..<table.shape[0]).map { row in
                    numbers[row * width..<(row + 1) * width].map(Int32.init)
                }
            }
        }
    }
}

/// The largest absolute difference, infinite where the shapes differ.
func largestDifference(_ first: Tensor, _ second: Tensor) throws -> Double {
    guard first.shape == second.shape else { return .infinity }
    let difference = try (first.detached() - second.detached()).reshaped([-1])
    return try (difference * difference).maximum(0).sqrt().item()
}

/// The error's text, with the folder's path as `F`.
func message<Failure: Error & CustomStringConvertible>(
    of kind: Failure.Type, in folder: ScratchFolder, _ body: () throws -> Void
) throws -> String {
    let line = try #require(throws: kind) { try body() }.description.replacing(folder.path, with: "F")
    #expect(!line.contains { $0.isNewline })
    return line
}

extension ScratchFolder {
    /// Writes `config.json` with some values changed, or with nil left out.
    func configure(_ change: (inout [String: Any]) -> Void) throws {
        let read = try JSONSerialization.jsonObject(with: data("config.json")) as? [String: Any]
        var values = try #require(read)
        change(&values)
        _ = try file("config.json", [UInt8](JSONSerialization.data(withJSONObject: values)))
    }

    /// Writes `model.safetensors` with some tensors changed.
    func change(_ body: (inout [String: Tensor]) throws -> Void) throws {
        var tensors = try TensorFiles.load(weights: path + "/model.safetensors").mapValues { try $0.cloned() }
        try body(&tensors)
        try TensorFiles.save(tensors, to: path + "/model.safetensors")
    }
}
