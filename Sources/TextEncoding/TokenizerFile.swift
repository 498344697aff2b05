import AsCLBase

/// A `tokenizer.json` of Hugging Face's tokenizers: what files of every kind have.
struct TokenizerFile {
    let path: String
    /// The model's kind: WordPiece, BPE, ...
    let kind: String
    /// Tokens and their numbers.
    let vocabulary: [(token: String, id: Int32)]
    /// The tokens around every text, where the file says.
    let frame: TokenFrame?
    /// Tokens beside the vocabulary's.
    let added: [AddedToken]
    private let values: JSONValue

    /// Reads the file at `path`.
    /// - Parameters:
    ///   - kind: What its model has to be.
    ///   - example: Whose tokenizer is of that kind, for the message where it is not.
    /// - Throws: `InputError` naming what is of another kind.
    init(path: String, kind: String, as example: String) throws(InputError) {
        let file = try JSONReader.value(of: MappedFile(path: path))
        func wrong(_ place: String, _ expected: String, _ found: JSONValue?) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found?.kind ?? "none")
        }
        guard let model = file["model"], case .object = model else { throw wrong("model", "an object", file["model"]) }
        self.kind = Self.kind(of: model)
        guard self.kind == kind else { throw wrong("model.type", "\(kind), as \(example)", .string(self.kind)) }
        guard case .object(let members)? = model["vocab"] else {
            throw wrong("model.vocab", "an object", model["vocab"])
        }
        vocabulary = try Self.tokens(members, at: "model.vocab.", in: path)
        frame = try file["post_processor"].map { value throws(InputError) in try TokenFrame(value, in: path) }
        added = try (file["added_tokens"]?.array ?? []).enumerated().map { index, token throws(InputError) in
            try AddedToken(
                token, id: token["id"]?.count.flatMap(Int32.init(exactly:)), at: "added_tokens.\(index)", in: path)
        }
        (self.path, values) = (path, file)
    }

    /// A part of the file: `normalizer`, `model`, ...
    subscript(_ name: String) -> JSONValue? { values[name] }

    /// Whether padding goes before a text, where the file says.
    var padsLeft: Bool? { values["padding"]?["direction"]?.string.map { $0 == "Left" } }

    /// Tokens with their numbers, as `vocab.json` has them too.
    static func tokens(
        _ members: [(key: String, value: JSONValue)], at place: String, in path: String
    ) throws(InputError) -> [(token: String, id: Int32)] {
        try members.map { token, id throws(InputError) in
            guard let id = id.count.flatMap(Int32.init(exactly:)) else {
                throw InputError(
                    path: path, place: place + token.shownInOneLine, expected: "a number", found: id.kind)
            }
            return (token, id)
        }
    }

    /// The model's kind; files of the first years do not say it.
    private static func kind(of model: JSONValue) -> String {
        if let type = model["type"]?.string { return type }
        if model["merges"] != nil { return "BPE" }
        if model["vocab"]?.array != nil { return "Unigram" }
        return model["continuing_subword_prefix"] != nil ? "WordPiece" : "WordLevel"
    }
}
