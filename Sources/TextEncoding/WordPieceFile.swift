import AsCLBase

/// A `tokenizer.json` of BERT's kind: WordPiece, with BERT's normaliser and first cut.
struct WordPieceFile {
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
        let file = try TokenizerFile(path: path, kind: "WordPiece", as: "BERT's")
        func wrong(_ place: String, _ expected: String, _ found: JSONValue?) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found?.kind ?? "none")
        }
        vocabulary = file.vocabulary
        unknown = file["model"]?["unk_token"]?.string ?? "[UNK]"
        continuation = file["model"]?["continuing_subword_prefix"]?.string ?? "##"
        longestWord = file["model"]?["max_input_chars_per_word"]?.count ?? 100
        normalizer = try Self.normalizer(file["normalizer"], path)
        guard file["pre_tokenizer"]?["type"]?.string == "BertPreTokenizer" else {
            throw wrong("pre_tokenizer.type", "BertPreTokenizer", file["pre_tokenizer"]?["type"])
        }
        if let frame = file.frame {
            guard frame.first.count == 1, frame.last.count == 1 else {
                throw wrong(
                    "post_processor", "BERT's: one token, the text, one token", file["post_processor"]?["type"])
            }
            self.frame = (frame.first[0], frame.last[0])
        } else {
            frame = nil
        }
        added = file.added
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
}
