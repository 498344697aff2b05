import AsCLBase
import Foundation

/// A checkpoint's `config.json`, whatever the method.
enum ModelConfigurationFile {
    private struct Header: Decodable { let architecture: String? }

    /// Reads the file as the configuration of the method that its key `architecture` names.
    static func read(_ path: String) throws -> any ModelConfiguration {
        try CheckpointFormat.check(path)
        let named = FileManager.default.contents(atPath: path)
            .flatMap { try? JSONDecoder().decode(Header.self, from: $0) }?.architecture
        // Where the key is missing, AsCL's configuration says so.
        guard let named else { return try AsCLConfiguration(path: path) }
        guard let method = Method(rawValue: named) else {
            let known = Method.allCases.map(\.rawValue).joined(separator: ", ")
            throw InputError(path: path, place: "architecture", expected: "one of \(known)", found: named)
        }
        switch method {
        case .ascl: return try AsCLConfiguration(path: path)
        case .vse, .scan, .imram, .dsran, .dualEncoder, .lexicon: return try BaselineConfiguration(path: path)
        }
    }
}
