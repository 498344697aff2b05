import AsCLBase

/// A `tokenizer.json` of Hugging Face's tokenizers, of BERT's kind: WordPiece, with BERT's normaliser and first cut.
struct TokenizerFile {
    /// Tokens and their numbers.
    let vocabulary: [(token: String, id: Int32)]
    /// The token for words that cannot be spelt.
    let unknown: String
    /// What a piece inside a word begins with.
    let continuation: String
    /// The most characters of a word.
    let longestWord: Int
    /// What is done to a text first.
    let normalizer: BERTNormalizer
    /// The tokens that every text begins and ends with, where the file says.
    let frame: (first: Int32, last: Int32)?
    /// Tokens beside the vocabulary's.
    let added: [AddedToken]

    /// Reads the file at `path`.
    /// - Throws: `InputError` naming what is of another kind.
    init(path: String) throws(InputError) {
        let file = try JSONReader.value(of: MappedFile(path: path))
        func wrong(_ place: String, _ expected: String, _ found: JSONValue?) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found?.kind ?? "none")
        }
        guard let model = file["model"], case .object = model else { throw wrong("model", "an object", file["model"]) }
        let kind = Self.kind(of: model)
        guard kind == "WordPiece" else { throw wrong("model.type", "WordPiece, as BERT's", .string(kind)) }
        guard case .object(let members)? = model["vocab"] else {
            throw wrong("model.vocab", "an object", model["vocab"])
        }
        vocabulary = try members.map { token, id throws(InputError) in
            guard let id = id.count.flatMap(Int32.init(exactly:)) else {
                throw wrong("model.vocab.\(token.shownInOneLine)", "a number", id)
            }
            return (token, id)
        }
        unknown = model["unk_token"]?.string ?? "[UNK]"
        continuation = model["continuing_subword_prefix"]?.string ?? "##"
        longestWord = model["max_input_chars_per_word"]?.count ?? 100
        normalizer = try Self.normalizer(file["normalizer"], path)
        guard file["pre_tokenizer"]?["type"]?.string == "BertPreTokenizer" else {
            throw wrong("pre_tokenizer.type", "BertPreTokenizer", file["pre_tokenizer"]?["type"])
        }
        frame = try Self.frame(file["post_processor"], path)
        added = try (file["added_tokens"]?.array ?? []).enumerated().map { index, token throws(InputError) in
            try AddedToken(
                token, id: token["id"]?.count.flatMap(Int32.init(exactly:)), at: "added_tokens.\(index)", in: path)
        }
    }

    /// The model's kind; files of the first years do not say it.
    private static func kind(of model: JSONValue) -> String {
        if let type = model["type"]?.string { return type }
        if model["merges"] != nil { return "BPE" }
        if model["vocab"]?.array != nil { return "Unigram" }
        return model["continuing_subword_prefix"] != nil ? "WordPiece" : "WordLevel"
    }

    /// No normaliser at all leaves texts as they are.
    private static func normalizer(_ value: JSONValue?, _ path: String) throws(InputError) -> BERTNormalizer {
        guard let value else {
            return BERTNormalizer(cleans: false, partsIdeographs: false, lowercases: false)
        }
        guard value["type"]?.string == "BertNormalizer" else {
            throw InputError(
                path: path, place: "normalizer.type", expected: "BertNormalizer", found: value["type"]?.kind ?? "none")
        }
        func setting(_ key: String) throws(InputError) -> Bool? {
            guard let setting = value[key] else { return nil }
            guard let value = setting.bool else {
                throw InputError(
                    path: path, place: "normalizer.\(key)", expected: "true or false", found: setting.kind)
            }
            return value
        }
        return BERTNormalizer(
            cleans: try setting("clean_text") ?? true, partsIdeographs: try setting("handle_chinese_chars") ?? true,
            stripsAccents: try setting("strip_accents"), lowercases: try setting("lowercase") ?? true)
    }

    /// The tokens around a text, from either of the two post-processors that BERT's files have.
    private static func frame(_ value: JSONValue?, _ path: String) throws(InputError) -> (first: Int32, last: Int32)? {
        guard let value else { return nil }
        func number(_ id: JSONValue?) -> Int32? { id?.count.flatMap(Int32.init(exactly:)) }
        switch value["type"]?.string {
        case "BertProcessing":
            if let first = number(value["cls"]?.array?.last), let last = number(value["sep"]?.array?.last) {
                return (first, last)
            }
        case "TemplateProcessing":
            func special(_ piece: JSONValue) -> Int32? {
                guard let name = piece["SpecialToken"]?["id"]?.string,
                    let ids = value["special_tokens"]?[name]?["ids"]?.array, ids.count == 1
                else { return nil }
                return number(ids[0])
            }
            if let single = value["single"]?.array, single.count == 3, single[1]["Sequence"] != nil,
                let first = special(single[0]), let last = special(single[2])
            {
                return (first, last)
            }
        default: break
        }
        throw InputError(
            path: path, place: "post_processor", expected: "BERT's: one token, the text, one token",
            found: value["type"]?.kind ?? value.kind)
    }
}
