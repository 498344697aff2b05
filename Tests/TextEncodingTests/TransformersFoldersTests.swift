import Foundation
import Testing
import TextEncoding

/// Folders in every form that `transformers` reads, and what it makes of them (scripts/make_text_encoder_goldens.py).
@Suite struct TransformersFoldersTests {
    struct Recorded: Decodable {
        struct Case: Decodable {
            let files: [String: String]
            let ids: [[Int32]]
            let vectors: [Float]
        }
        let texts: [String]
        let cases: [String: Case]
    }

    let recorded: Recorded

    init() throws { recorded = try StoredFolders.recorded() }

    func folder(_ name: String) throws -> TemporaryFolder {
        try StoredFolders.copy(name, sharing: #require(recorded.cases[name]).files)
    }

    @Test(arguments: [
        "bin", "legacy", "shards", "bin_shards", "half", "padded", "defaults", "cased", "keeps_accents", "plain",
        "added",
    ])
    func `tokens and word vectors are those of transformers`(_ name: String) throws {
        let folder = try folder(name), expected = try #require(recorded.cases[name])
        let encoder = try TextEncoder(directory: folder.path)
        let ids = try encoder.tokenize(recorded.texts, maxTokens: 48).map(\.ids)
        #expect(ids == expected.ids)
        let vectors = try encoder.encode(ids).rows.array(Float.self)
        #expect(vectors.count == expected.vectors.count)
        #expect(zip(vectors, expected.vectors).allSatisfy { abs($0 - $1) < 2e-5 })

        // What is saved with a checkpoint is a folder of the same meaning, weights in one file.
        try encoder.save(to: folder.path + "/saved")
        let saved = try TextEncoder(directory: folder.path + "/saved")
        #expect(try saved.tokenize(recorded.texts, maxTokens: 48).map(\.ids) == ids)
        #expect(try saved.encode(ids).rows.array(Float.self) == vectors)
    }

    @Test func `heads are left out and named, buffers are not worth a word`() throws {
        let folder = try folder("bin")
        #expect(
            try TextEncoder(directory: folder.path).notices
                == ["\(folder.path)/pytorch_model.bin: not needed and left out: cls.* (9), pooler.* (2)"])
        let bare = try self.folder("shards")
        #expect(try TextEncoder(directory: bare.path).notices.isEmpty)
    }
}
