import AsCLBase
import Foundation

/// What a Hugging Face `tokenizer_config.json` says about splitting a text.
struct WordPieceConfiguration {
    /// Lower-cases and strips accents (`do_lower_case`; true where nothing is said, as in Hugging Face's tokenizer).
    let lowercase: Bool

    /// Reads the file at `path`; without one the defaults hold.
    init(path: String) throws(InputError) {
        guard FileManager.default.fileExists(atPath: path) else {
            lowercase = true
            return
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw InputError(path: path, place: "opening", expected: "a readable file", found: "none")
        }
        let file: File
        do {
            file = try JSONDecoder().decode(File.self, from: data)
        } catch DecodingError.typeMismatch(_, let context) {
            let place = context.codingPath.map(\.stringValue).joined(separator: ".")
            throw InputError(
                path: path, place: place.isEmpty ? "top level" : place,
                expected: place.isEmpty ? "an object" : "true or false", found: "another type")
        } catch {
            throw InputError(path: path, place: "reading", expected: "a JSON object", found: "malformed JSON")
        }
        lowercase = file.doLowerCase ?? true
        // Another way of splitting would give other tokens than the model was trained with: refused, not ignored.
        try File.require(file.stripAccents, "strip_accents", is: lowercase, in: path)
        try File.require(file.tokenizeChineseChars, "tokenize_chinese_chars", is: true, in: path)
    }

    private struct File: Decodable {
        let doLowerCase: Bool?
        let stripAccents: Bool?
        let tokenizeChineseChars: Bool?

        enum CodingKeys: String, CodingKey {
            case doLowerCase = "do_lower_case"
            case stripAccents = "strip_accents"
            case tokenizeChineseChars = "tokenize_chinese_chars"
        }

        static func require(_ found: Bool?, _ key: String, is expected: Bool, in path: String) throws(InputError) {
            guard let found, found != expected else { return }
            throw InputError(path: path, place: key, expected: "\(expected) or null", found: "\(found)")
        }
    }
}
