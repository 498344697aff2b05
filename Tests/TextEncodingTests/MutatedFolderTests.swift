import AsCLBase
import Foundation
import Testing
import TextEncoding
import TorchNN

/// Files that are cut or changed at random end in an encoder or in an error that names what is wrong, never in a crash.
@Suite struct MutatedFolderTests {
    @Test(
        arguments: [
            ("bin", "pytorch_model.bin"), ("legacy", "pytorch_model.bin"), ("padded", "model.safetensors"),
            ("shards", "tokenizer.json"), ("shards", "model.safetensors.index.json"), ("bin", "config.json"),
            ("bin", "vocab.txt"), ("added", "added_tokens.json"), ("plain", "tokenizer_config.json"),
        ])
    func `a mutated file is read or refused`(_ name: String, _ file: String) throws {
        let recorded = try StoredFolders.recorded()
        let folder = try StoredFolders.copy(name, sharing: #require(recorded.cases[name]).files)
        let original = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + file))
        var random = SeededGenerator(seed: 12)
        for _ in 0..<40 {
            var data = original
            if Int.random(in: 0..<4, using: &random) == 0 {
                data = data.prefix(Int.random(in: 0..<data.count, using: &random))
            } else {
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    // What a file says of itself stands at its ends.
                    let place = Int.random(in: 0..<min(data.count, 3000), using: &random)
                    let index = Bool.random(using: &random) ? place : data.count - 1 - place
                    data[index] =
                        Bool.random(using: &random)
                        ? UInt8.random(in: 0...255, using: &random)
                        : data[index] ^ 1 << UInt8.random(in: 0..<8, using: &random)
                }
            }
            _ = try folder.write(data, as: file)
            do {
                let encoder = try TextEncoder(directory: folder.path)
                _ = try encoder.encode(encoder.tokenize(["a dog, caf\u{E9} newword"], maxTokens: 9).map(\.ids))
            } catch {
                #expect(error is InputError || error is ParameterError, "\(error)")
                #expect(!"\(error)".contains { $0.isNewline })
            }
        }
    }
}
