import Foundation
import Testing
import TextEncoding

/// What transformers made of each text with tokenizers of CLIP's and SigLIP's kinds (scripts/make_tokenizer_goldens.py). A
/// folder that the script wrote elsewhere is compared too where `ASCL_TOKENIZERS` names it.
@Suite struct TokenizerConformanceTests {
    struct Expected: Decodable {
        let ids: [[Int32]]
        let limit: Int
        let padded: [[Int32]]
    }

    static let root =
        Bundle.module.url(forResource: "Tokenizers", withExtension: nil, subdirectory: "Resources")?.path ?? ""
    static let folders: [String] = {
        let roots = [root] + [ProcessInfo.processInfo.environment["ASCL_TOKENIZERS"]].compactMap(\.self)
        return roots.flatMap { root in
            let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
            return names.sorted().filter { !$0.contains(".") }.map { root + "/" + $0 }
        }
    }()

    static func json<Value: Decodable>(_ path: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test func `every kind is compared`() {
        let names = Self.folders.prefix(5).map { ($0 as NSString).lastPathComponent }
        #expect(names == ["clip", "clip_json", "gemma", "gemma_lower", "siglip"])
    }

    @Test(arguments: folders) func `every text has transformers' tokens`(_ folder: String) throws {
        let texts: [String] = try Self.json((folder as NSString).deletingLastPathComponent + "/texts.json")
        let expected: Expected = try Self.json(folder + "/expected.json")
        let tokenizer = try TokenizerFolder.tokenizer(directory: folder)
        try #require(texts.count == expected.ids.count)
        for (text, ids) in zip(texts, expected.ids) {
            let encoded = try tokenizer.encode(text, maxTokens: 1 << 20)
            #expect(encoded.ids == ids, "\(text.debugDescription)")
            #expect(!encoded.wasCut)
        }
        for (text, ids) in zip(texts, expected.padded) {
            let padded = try tokenizer.encodePadded(text, length: expected.limit)
            #expect(padded.ids == ids, "\(text.debugDescription)")
        }
    }
}
