import Foundation
import Testing

/// The folders that scripts/make_text_encoder_goldens.py made.
enum StoredFolders {
    private static func resources() throws -> URL {
        try #require(Bundle.module.url(forResource: "folders", withExtension: "json", subdirectory: "Resources"))
    }

    static func recorded() throws -> TransformersFoldersTests.Recorded {
        try JSONDecoder().decode(TransformersFoldersTests.Recorded.self, from: Data(contentsOf: resources()))
    }

    /// A folder whole: some take files from others.
    static func copy(_ name: String, sharing files: [String: String]) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let stored = try resources().deletingLastPathComponent().appendingPathComponent("Folders")
        let own = try FileManager.default.contentsOfDirectory(atPath: stored.path + "/" + name).map { ($0, name) }
        for (file, source) in own + files.map({ ($0.key, $0.value) }) {
            _ = try folder.write(Data(contentsOf: stored.appendingPathComponent("\(source)/\(file)")), as: file)
        }
        return folder
    }
}
