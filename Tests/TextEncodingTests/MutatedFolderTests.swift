import AsCLBase
import Foundation
import RetrievalFixtures
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
        let outcomes = try Fuzz.outcomes(
            of: [UInt8](original), name: (file as NSString).lastPathComponent, rounds: 40,
            isMeant: { $0 is ParameterError }
        ) { path in
            _ = try folder.write(Data(contentsOf: URL(fileURLWithPath: path)), as: file)
            let encoder = try TextEncoder(directory: folder.path)
            _ = try encoder.encode(encoder.tokenize(["a dog, caf\u{E9} newword"], maxTokens: 9).map(\.ids))
        }
        #expect(outcomes.refused > 0)
    }
}
