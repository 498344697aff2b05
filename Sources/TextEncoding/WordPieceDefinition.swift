import AsCLBase
import Foundation

/// What decides a text's tokens, gathered from the files of a Hugging Face folder.
struct WordPieceDefinition {
    /// The file with the vocabulary.
    let path: String
    let vocabulary: WordPieceVocabulary
    let normalizer: BERTNormalizer
    /// The most characters of a word.
    let longestWord: Int
    let padding, unknown, first, last: Int32
    let mask: Int32?
    /// Every token that is found in a text literally.
    let added: [AddedToken]
    /// What the files say in two ways, and which of them holds; a line each.
    let notices: [String]

    /// Hugging Face's classes that read `vocab.txt` as `BertTokenizer` does.
    private static let classes: Set = [
        "BertTokenizer", "BertTokenizerFast", "DistilBertTokenizer", "DistilBertTokenizerFast", "ElectraTokenizer",
        "ElectraTokenizerFast", "MobileBertTokenizer", "MobileBertTokenizerFast",
    ]
    /// Its classes for any `tokenizer.json`, which take nothing from the configuration.
    private static let generalClasses: Set = ["PreTrainedTokenizerFast", "TokenizersBackend"]

    /// Reads `tokenizer.json`, or `vocab.txt` where there is none, and what `tokenizer_config.json` and
    /// `added_tokens.json` say besides.
    init(directory: String) throws(InputError) {
        let configuration = try TokenizerConfiguration(directory: directory)
        let (text, json) = (directory + "/vocab.txt", directory + "/tokenizer.json")
        let hasText = FileManager.default.fileExists(atPath: text)
        if FileManager.default.fileExists(atPath: json) {
            let file = try WordPieceFile(path: json)
            let vocabulary = WordPieceVocabulary(file)
            if hasText { try VocabularyFile(path: text).check(vocabulary, of: file) }
            try self.init(vocabulary, file, configuration, path: json)
        } else if hasText {
            try self.init(VocabularyFile(path: text), configuration)
        } else {
            let others = ["vocab.json", "merges.txt", "spiece.model", "sentencepiece.bpe.model", "tokenizer.model"]
            let found = others.filter { FileManager.default.fileExists(atPath: directory + "/" + $0) }
            throw InputError(
                path: text, expected: "this file or tokenizer.json",
                found: found.isEmpty
                    ? "neither" : "neither, but \(found.joined(separator: ", ")), which is not BERT's kind")
        }
    }

    /// A `vocab.txt`, which says nothing but the tokens.
    init(_ file: VocabularyFile, _ configuration: TokenizerConfiguration) throws(InputError) {
        if let name = configuration.className, !Self.classes.union(Self.generalClasses).contains(name) {
            throw InputError(
                path: configuration.path, place: "tokenizer_class", expected: "BertTokenizer", found: name)
        }
        var normalizer = BERTNormalizer()
        _ = try configuration.apply(to: &normalizer)
        try self.init(
            WordPieceVocabulary(file), normalizer, configuration, added: configuration.added, path: file.path,
            place: "lines 1-\(file.lines.count)")
    }

    /// A `tokenizer.json`, whose settings hold where the configuration is silent.
    private init(
        _ vocabulary: WordPieceVocabulary, _ file: WordPieceFile, _ configuration: TokenizerConfiguration, path: String
    ) throws(InputError) {
        var normalizer = file.normalizer
        var notices: [String] = []
        if configuration.className.map(Self.generalClasses.contains) != true {
            notices = try configuration.apply(to: &normalizer).map {
                "\(configuration.path): \($0) holds, and tokenizer.json says otherwise"
            }
        }
        let known = Set(file.added.map(\.content))
        try self.init(
            vocabulary, normalizer, configuration,
            added: file.added + configuration.added.filter { !known.contains($0.content) }, path: path,
            place: "model.vocab", unknown: file.unknown, frame: file.frame, longestWord: file.longestWord,
            notices: notices)
    }

    private init(
        _ vocabulary: WordPieceVocabulary, _ normalizer: BERTNormalizer, _ configuration: TokenizerConfiguration,
        added: [AddedToken], path: String, place: String, unknown: String? = nil,
        frame: (first: Int32, last: Int32)? = nil, longestWord: Int = 100, notices: [String] = []
    ) throws(InputError) {
        func number(_ name: String) -> Int32? {
            vocabulary.token(name.utf8) ?? added.first { $0.content.elementsEqual(name.utf8) }?.id
        }
        func required(_ name: String) throws(InputError) -> Int32 {
            guard let id = number(name) else {
                throw InputError(path: path, place: place, expected: "a token \(name)", found: "none")
            }
            return id
        }
        let names = [("pad", "[PAD]"), ("unk", "[UNK]"), ("cls", "[CLS]"), ("sep", "[SEP]"), ("mask", "[MASK]")]
            .map { configuration.name("\($0)_token", otherwise: $1) }
        padding = try required(names[0])
        self.unknown = try required(unknown ?? names[1])
        let frame = if let frame { frame } else { (first: try required(names[2]), last: try required(names[3])) }
        (first, last) = (frame.first, frame.last)
        mask = number(names[4])
        let known = Set(added.map(\.content))
        self.added =
            added
            + names.compactMap { name in
                known.contains(Array(name.utf8))
                    ? nil : number(name).map { AddedToken(content: Array(name.utf8), id: $0) }
            }
        self.path = path
        self.vocabulary = vocabulary
        self.normalizer = normalizer
        self.longestWord = longestWord
        self.notices = notices
    }
}
