import Foundation
import RetrievalFixtures
import Testing
import TextEncoding

/// Tokenizers of CLIP's and SigLIP's kinds whose files are cut or changed at random end in tokens or in an error that names
/// what is wrong, never in a crash.
@Suite struct MutatedTokenizerTests {
    @Test(
        arguments: [
            ("clip", "vocab.json"), ("clip", "merges.txt"), ("clip", "tokenizer_config.json"),
            ("clip", "special_tokens_map.json"), ("clip_json", "tokenizer.json"), ("gemma", "tokenizer.json"),
            ("siglip", "spiece.model"), ("siglip", "tokenizer_config.json"),
        ])
    func `a mutated file is read or refused`(_ name: String, _ file: String) throws {
        let folder = try TemporaryFolder()
        let original = TokenizerConformanceTests.root + "/" + name
        for name in try FileManager.default.contentsOfDirectory(atPath: original) {
            try FileManager.default.copyItem(atPath: "\(original)/\(name)", toPath: "\(folder.path)/\(name)")
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "\(original)/\(file)"))
        let outcomes = try Fuzz.outcomes(of: [UInt8](bytes), name: file, rounds: 40) { path in
            _ = try folder.write(Data(contentsOf: URL(fileURLWithPath: path)), as: file)
            let tokenizer = try TokenizerFolder.tokenizer(directory: folder.path)
            let text = "A photo of cafe\u{301}s, \u{FF21}\u{FB03} \u{1F600} </s> <|endoftext|><eos> snowdog 2024"
            _ = try tokenizer.encodePadded(text, length: 64)
        }
        #expect(outcomes.refused > 0)
    }
}
