import ArrayFiles
package import AsCLBase
import Foundation
package import TextEncoding
package import Torch
package import TorchNN

/// What is the same in every method's `config.json`.
package protocol ModelConfiguration: Codable, Sendable {
    /// Whose configuration it is.
    var method: Method { get }
    /// R.
    var regionDimension: Int { get }
    /// G.
    var globalDimension: Int { get }
    /// B, the width of the text encoder's word vectors.
    var textDimension: Int { get }
    /// The most tokens of a caption, special ones included.
    var maxTokens: Int { get }
    /// Whether raw words are the tokens themselves, `[words, 1]`, for a method with word embeddings of its own; else they
    /// are the text encoder's vectors.
    var readsTokens: Bool { get }

    /// Whether regions are looked at, or only a picture's global vector.
    var readsRegions: Bool { get }

    /// Whether it looks at where in the picture regions are.
    var readsBoxes: Bool { get }

    /// Whether regions have to be the cells of a square grid, row by row.
    var readsGrid: Bool { get }

    /// The most tokens of what is written in a picture that it reads; 0 where it reads none.
    var sceneTokens: Int { get }

    /// How many regions an image has to have; nil where any number will do.
    var regionCount: Int? { get }

    /// Refuses a text encoder that the model was not trained with.
    /// - Parameter path: The configuration's file, for errors.
    func check(_ encoder: TextEncoder, path: String) throws(InputError)

    /// Parameters that a fresh model takes from its text encoder, by their names here.
    func given(by encoder: TextEncoder) -> [String: Tensor]

    /// The keys of `config.json`.
    static var keys: [String] { get }

    /// Refuses what cannot be.
    /// - Parameter path: The file that says it, for errors.
    func validate(path: String) throws(InputError)

    /// Builds the method along its parameters' names.
    func build(_ scope: ParameterScope) throws(TorchError) -> any PairScorer

    /// How many multiply-adds the score of an image and a text takes, beyond what is made of each alone; nil where nobody has
    /// counted.
    func multiplyAdds(regions: Int, words: Int) -> Double?
}

extension ModelConfiguration {
    /// The text encoder's vectors.
    package var readsTokens: Bool { false }

    /// Most methods look at regions.
    package var readsRegions: Bool { true }

    /// Few methods ask where.
    package var readsBoxes: Bool { false }

    /// Few methods read what is written in pictures.
    package var sceneTokens: Int { 0 }

    /// Most methods take any number.
    package var regionCount: Int? { nil }

    /// Only what the method's name says.
    package var readsGrid: Bool { method.readsGrid }

    /// One whose words are as wide as those that the model reads.
    package func check(_ encoder: TextEncoder, path: String) throws(InputError) {
        guard encoder.width != textDimension else { return }
        throw InputError(
            path: path, place: "text_dimension", expected: "\(encoder.width), the text encoder's width",
            found: "\(textDimension)")
    }

    /// Most methods' parameters are all their own.
    package func given(by encoder: TextEncoder) -> [String: Tensor] { [:] }

    /// Reads `config.json`; unknown keys and impossible values are refused.
    package init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError(
                path: path, place: "file", expected: "a model configuration", found: "no readable file")
        }
        do {
            if let object = try JSONSerialization.jsonObject(with: data) as? [String: Any],
                let unknown = object.keys.sorted().first(where: {
                    !(Self.keys + [CheckpointFormat.key, ModelConfigurationFile.featuresKey]).contains($0)
                })
            {
                throw InputError(
                    path: path, place: unknown, expected: "one of \(Self.keys.sorted().joined(separator: ", "))",
                    found: "an unknown key, misspelt or of a newer ascl than \(Version.current)")
            }
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw InputError(path: path, place: error.key, expected: "a valid value", found: error.reason)
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(path: path, place: "file", expected: "JSON", found: "something else")
        }
        try validate(path: path)
    }

    /// Writes `config.json`.
    /// - Parameter features: Whose features the model was trained on, where that is known.
    package func write(to path: String, features: String? = nil) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = ModelConfigurationFile(configuration: self, features: features)
        try AtomicFile.write(encoder.encode(file) + Data("\n".utf8), to: path)
    }
}

extension DecodingError {
    fileprivate var context: Context {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: Context(codingPath: [], debugDescription: "unreadable")
        }
    }
    fileprivate var key: String {
        if case .keyNotFound(let key, _) = self { return key.stringValue }
        return context.codingPath.last?.stringValue ?? "file"
    }
    fileprivate var reason: String {
        if case .keyNotFound = self { return "no such key" }
        return context.debugDescription
    }
}
