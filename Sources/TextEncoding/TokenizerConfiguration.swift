import AsCLBase
import Foundation

/// What a folder's `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` say, each of which may be
/// missing.
struct TokenizerConfiguration {
    /// Of `tokenizer_config.json`.
    let path: String
    private let values: JSONValue
    /// The special tokens of `special_tokens_map.json`, which transformers reads where `added_tokens_decoder` is missing.
    private let map: JSONValue
    /// Tokens beside the vocabulary's.
    let added: [AddedToken]

    /// Reads the folder's files.
    init(directory: String) throws(InputError) {
        func read(_ name: String) throws(InputError) -> JSONValue {
            let path = directory + "/" + name
            guard FileManager.default.fileExists(atPath: path) else { return .object([]) }
            let value = try JSONReader.value(of: MappedFile(path: path))
            guard case .object = value else {
                throw InputError(path: path, place: "top level", expected: "an object", found: value.kind)
            }
            return value
        }
        path = directory + "/tokenizer_config.json"
        values = try read("tokenizer_config.json")
        map = values["added_tokens_decoder"] == nil ? try read("special_tokens_map.json") : .object([])
        if case .object(let members)? = values["added_tokens_decoder"] {
            added = try members.map { id, token throws(InputError) in
                try AddedToken(
                    token, id: Int32(id), at: "added_tokens_decoder.\(id)", in: directory + "/tokenizer_config.json")
            }
        } else if case .object(let members) = try read("added_tokens.json") {
            // The file of earlier years knows names and numbers alone.
            added = try members.map { content, id throws(InputError) in
                guard let id = id.count.flatMap(Int32.init(exactly:)) else {
                    throw InputError(
                        path: directory + "/added_tokens.json", place: content.shownInOneLine, expected: "a number",
                        found: id.kind)
                }
                return AddedToken(content: Array(content.utf8), id: id, isNormalized: true)
            }
        } else {
            added = []
        }
    }

    /// The class that Hugging Face reads the folder by, where it is told.
    var className: String? { values["tokenizer_class"]?.string }

    /// Follows `do_lower_case`, `strip_accents` and `tokenize_chinese_chars`, where they are there; returns those that
    /// changed anything.
    func apply(to normalizer: inout BERTNormalizer) throws(InputError) -> [String] {
        var changed: [String] = []
        func follow<Value: Equatable>(
            _ key: String, _ place: WritableKeyPath<BERTNormalizer, Value>, _ make: (Bool) -> Value
        ) throws(InputError) {
            guard let setting = try setting(key) else { return }
            var other = normalizer
            other[keyPath: place] = make(setting)
            if !other.isSame(as: normalizer) { changed.append("\(key): \(setting)") }
            normalizer = other
        }
        try follow("do_lower_case", \.lowercases) { $0 }
        try follow("strip_accents", \.stripsAccents) { $0 }
        try follow("tokenize_chinese_chars", \.partsIdeographs) { $0 }
        return changed
    }

    /// Whether a setting is there and true.
    func isTrue(_ key: String) throws(InputError) -> Bool { try setting(key) ?? false }

    /// A setting that is true, false or not there.
    func setting(_ key: String) throws(InputError) -> Bool? {
        guard let value = values[key] else { return nil }
        guard let setting = value.bool else {
            throw InputError(path: path, place: key, expected: "true or false", found: value.kind)
        }
        return setting
    }

    /// Whether padding goes before a text, where that is told.
    var padsLeft: Bool? {
        get throws(InputError) {
            guard let side = values["padding_side"] else { return nil }
            guard ["left", "right"].contains(side.string) else {
                throw InputError(path: path, place: "padding_side", expected: "left or right", found: side.kind)
            }
            return side.string == "left"
        }
    }

    /// A special token by its key such as `bos_token`, as it is looked for in texts; its number is left open.
    func special(_ key: String) -> AddedToken? {
        guard let value = map[key] ?? values[key], let name = value.string ?? value["content"]?.string else {
            return nil
        }
        return try? AddedToken(
            value["content"] == nil ? .object([("content", .string(name))]) : value, id: 0, at: key, in: path)
    }

    /// A special token's name, by its key such as `cls_token`.
    func name(_ key: String, otherwise name: String) -> String {
        values[key]?.string ?? values[key]?["content"]?.string ?? name
    }
}

extension AddedToken {
    /// A token as `tokenizer.json` and `tokenizer_config.json` write it.
    init(_ value: JSONValue, id: Int32?, at place: String, in path: String) throws(InputError) {
        guard let content = value["content"]?.string, let id, id >= 0 else {
            throw InputError(path: path, place: place, expected: "a token's number and content", found: value.kind)
        }
        self.init(
            content: Array(content.utf8), id: id, isWholeWord: value["single_word"]?.bool ?? false,
            isNormalized: value["normalized"]?.bool ?? false, takesBlanksBefore: value["lstrip"]?.bool ?? false,
            takesBlanksBehind: value["rstrip"]?.bool ?? false)
    }
}
