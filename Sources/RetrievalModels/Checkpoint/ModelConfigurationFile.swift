import AsCLBase
import Foundation

/// A checkpoint's `config.json`, whatever the method.
enum ModelConfigurationFile {
    private struct Header: Decodable { let architecture: String? }

    /// Reads the file as the configuration of the method that its key `architecture` names.
    static func read(_ path: String) throws -> any ModelConfiguration {
        let named = FileManager.default.contents(atPath: path)
            .flatMap { try? JSONDecoder().decode(Header.self, from: $0) }?.architecture
        if let named, named != "ascl" {
            guard BaselineConfiguration.Method(rawValue: named) != nil else {
                let known = ["ascl"] + BaselineConfiguration.Method.allCases.map(\.rawValue)
                throw InputError(
                    path: path, place: "architecture", expected: "one of \(known.joined(separator: ", "))", found: named
                )
            }
            return try BaselineConfiguration(path: path)
        }
        return try AsCLConfiguration(path: path)
    }
}
