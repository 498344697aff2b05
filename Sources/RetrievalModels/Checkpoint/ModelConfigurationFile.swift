import AsCLBase
import Foundation

/// A checkpoint's `config.json`, whatever the method: its configuration, and whose features it was trained on.
struct ModelConfigurationFile: Encodable {
    /// The key of what made the features.
    static let featuresKey = "features"

    let configuration: any ModelConfiguration
    let features: String?

    func encode(to encoder: any Encoder) throws {
        try configuration.encode(to: encoder)
        var values = encoder.container(keyedBy: Keys.self)
        try values.encodeIfPresent(features, forKey: .features)
    }

    private enum Keys: String, CodingKey { case features }

    private struct Header: Decodable {
        let architecture, features: String?
    }

    /// Whose features the model was trained on, where the file says.
    static func features(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(Header.self, from: $0) }?
            .features
    }

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
        case .vse, .scan, .imram, .dsran, .dime, .dualEncoder, .lexicon: return try BaselineConfiguration(path: path)
        case .uniter, .lightningDOT, .uniterDG, .tagsDC: return try JointConfiguration(path: path)
        case .lexlip, .cots: return try StreamConfiguration(path: path)
        case .clip, .siglip: return try PretrainedConfiguration(path: path)
        case .mixed: return try MixedConfiguration(path: path)
        case .soho: return try SOHOConfiguration(path: path)
        case .vista: return try ViSTAConfiguration(path: path)
        }
    }
}
