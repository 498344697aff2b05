public import AsCLModel
import Foundation

extension PeerConfiguration {
    /// Reads `config.json`; unknown keys and impossible values are refused.
    public init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AsCLError.invalid(
                path: path, key: "file", expected: "a model configuration", found: "no readable file")
        }
        do {
            let known = Set(CodingKeys.allCases.map(\.rawValue))
            if let object = try JSONSerialization.jsonObject(with: data) as? [String: Any],
                let unknown = object.keys.sorted().first(where: { !known.contains($0) })
            {
                throw AsCLError.invalid(
                    path: path, key: unknown, expected: "one of \(known.sorted().joined(separator: ", "))",
                    found: "an unknown key")
            }
            self = try JSONDecoder().decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw AsCLError.invalid(path: path, key: error.key, expected: "a valid value", found: error.reason)
        } catch let error as AsCLError {
            throw error
        } catch {
            throw AsCLError.invalid(path: path, key: "file", expected: "JSON", found: "something else")
        }
        try validate(path: path)
    }

    /// Refuses what cannot be.
    /// - Parameter path: The file that says it, for errors.
    public func validate(path: String) throws(AsCLError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(AsCLError) {
            if !holds {
                throw .invalid(path: path, key: key.rawValue, expected: expected, found: "\(found)")
            }
        }
        try require(jointDimension >= 1, .jointDimension, "at least 1", jointDimension)
        let heads = architecture == .dsran ? DSRANGraphAttention.heads : 1
        try require(
            jointDimension % heads == 0, .jointDimension, "a multiple of \(heads) for \(method)", jointDimension)
        try require(regionDimension >= 1, .regionDimension, "at least 1", regionDimension)
        try require(globalDimension >= 1, .globalDimension, "at least 1", globalDimension)
        try require(textDimension >= 1, .textDimension, "at least 1", textDimension)
        // Tokens reach the word embeddings as float32, whose whole numbers end there.
        try require(
            (1...1 << 24).contains(vocabularySize), .vocabularySize, "1 to \(1 << 24) tokens", vocabularySize)
        try require(maxTokens >= 3, .maxTokens, "at least 3", maxTokens)
        let ownWords = architecture != .dualEncoder && architecture != .lexicon
        try require(ownWords || words == .encoder, .words, "encoder for \(method)", words.rawValue)
        guard let lexicon else { return }
        try require(architecture == .lexicon, .lexicon, "no such key for \(method)", "\(lexicon.count) tokens")
        let isAscending = zip(lexicon, lexicon.dropFirst()).allSatisfy(<)
        let isWithin = lexicon.allSatisfy((0..<vocabularySize).contains)
        try require(
            !lexicon.isEmpty && isAscending && isWithin, .lexicon,
            "ascending tokens below vocabulary_size \(vocabularySize)",
            lexicon.isEmpty ? "none" : isWithin ? "unordered ones" : "others")
    }
}

extension DecodingError {
    fileprivate var key: String {
        switch self {
        case .keyNotFound(let key, _): key.stringValue
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.last?.stringValue ?? "file"
        @unknown default: "file"
        }
    }
    fileprivate var reason: String {
        switch self {
        case .keyNotFound: "no such key"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.debugDescription
        @unknown default: "something unreadable"
        }
    }
}
