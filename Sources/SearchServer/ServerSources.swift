package import AsCLBase
import Foundation
import Yams

/// What a server is told of its settings besides the command line: by a YAML file, and, before that, by variables of the
/// environment.
package struct ServerSources: Sendable {
    /// What may be set, by its key in the file; a variable is `ASCL_SERVE_` and the key in capitals.
    package enum Key: String, CaseIterable, Sendable {
        case index, store, host, port
        case tokenFile = "token_file"
        case unloadAfter = "unload_after"

        var variable: String { ServerSources.prefix + rawValue.uppercased() }
    }

    private struct Value {
        let text, source, place: String
    }

    private static let prefix = "ASCL_SERVE_"
    private var values: [Key: Value] = [:]

    /// Reads a file, if there is one, and the environment.
    /// - Throws: `InputError` for a file that is none, and for keys and variables that are not known, with their line.
    package init(file: String?, environment: [String: String]) throws(InputError) {
        if let file { try read(file) }
        for (name, text) in environment.sorted(by: { $0.key < $1.key }) where name.hasPrefix(Self.prefix) {
            guard let key = Key.allCases.first(where: { $0.variable == name }) else {
                throw InputError(
                    path: "$\(name)", expected: Key.allCases.map(\.variable).joined(separator: ", "),
                    found: "a variable of another name")
            }
            values[key] = Value(text: text, source: "$\(name)", place: key.rawValue)
        }
    }

    private mutating func read(_ path: String) throws(InputError) {
        let bytes = try TextFile.read(path, expected: "a readable configuration")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(path: path, place: "encoding", expected: "UTF-8 text", found: "other bytes")
        }
        let document: Node?
        do { document = try compose(yaml: text) } catch {
            let reason = "\(error)".split(separator: "\n").first.map(String.init) ?? "something else"
            throw InputError(path: path, place: "YAML", expected: "a mapping of settings", found: reason)
        }
        guard let document, document.scalar?.string.isEmpty != true else { return }
        guard let mapping = document.mapping else {
            throw InputError(path: path, place: "YAML", expected: "a mapping of settings", found: "something else")
        }
        for (name, value) in mapping {
            let line = "line \(name.mark?.line ?? 1)"
            guard let key = name.scalar.flatMap({ Key(rawValue: $0.string) }) else {
                throw InputError(
                    path: path, place: line, expected: Key.allCases.map(\.rawValue).joined(separator: ", "),
                    found: name.scalar?.string ?? "a key that is no word")
            }
            guard let text = value.scalar?.string, !text.isEmpty else {
                throw InputError(path: path, place: "\(line), \(key.rawValue)", expected: "a value", found: "none")
            }
            values[key] = Value(text: text, source: path, place: "\(line), \(key.rawValue)")
        }
    }

    /// A text; nil where it is not set.
    package func text(_ key: Key) -> String? { values[key]?.text }

    /// A number; nil where it is not set.
    /// - Parameter number: Takes the text; nil for what is none, or none that may be.
    package func number<Number>(
        _ key: Key, _ expected: String, _ number: (String) -> Number?
    ) throws(InputError) -> Number? {
        guard let value = values[key] else { return nil }
        guard let read = number(value.text) else {
            throw InputError(path: value.source, place: value.place, expected: expected, found: value.text)
        }
        return read
    }
}
