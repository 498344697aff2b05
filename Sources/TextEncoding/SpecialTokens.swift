import AsCLBase

/// Whose tokenizer a folder holds, which decides what its files leave unsaid.
enum TokenizerFamily {
    case clip, gemma, siglip, siglip2
    /// Classes that say nothing by themselves.
    case general

    /// By the class that `tokenizer_config.json` names.
    /// - Parameter other: Whose it is where no class is named.
    init(_ configuration: TokenizerConfiguration, otherwise other: TokenizerFamily) throws(InputError) {
        switch configuration.className {
        case "CLIPTokenizer", "CLIPTokenizerFast": self = .clip
        case "GemmaTokenizer", "GemmaTokenizerFast": self = .gemma
        case "Siglip2Tokenizer", "Siglip2TokenizerFast": self = .siglip2
        case "PreTrainedTokenizerFast", "TokenizersBackend": self = .general
        case nil: self = other
        case let name?:
            throw InputError(
                path: configuration.path, place: "tokenizer_class",
                expected: "CLIPTokenizer, GemmaTokenizer or Siglip2Tokenizer", found: name)
        }
    }

    /// Special tokens by their keys, where the files do not name them.
    var names: [String: String] {
        switch self {
        case .clip:
            [
                "bos_token": "<|startoftext|>", "eos_token": "<|endoftext|>", "unk_token": "<|endoftext|>",
                "pad_token": "<|endoftext|>",
            ]
        case .gemma, .siglip2:
            [
                "bos_token": "<bos>", "eos_token": "<eos>", "unk_token": "<unk>", "pad_token": "<pad>",
                "mask_token": "<mask>",
            ]
        case .siglip: ["eos_token": "</s>", "unk_token": "<unk>", "pad_token": "</s>"]
        case .general: [:]
        }
    }

    /// On which side texts are filled up where the files do not say.
    var padsLeft: Bool { self == .gemma || self == .siglip2 }
}

/// The tokens with a meaning of a folder's tokenizer, and all that are found in texts literally.
struct SpecialTokens {
    /// Every token that is found in a text literally.
    let added: [AddedToken]
    /// One more than the largest number of a token.
    let vocabularySize: Int
    private let names: [String: String]
    /// The numbers of tokens that the vocabulary has and of those beside it, which go first.
    private let vocabulary: TokenNumbers
    private let others: TokenNumbers
    private let path: String

    /// The keys, in the order in which transformers goes through them: of two that name one token the last decides how
    /// it is looked for.
    private static let keys = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    init(
        _ configuration: TokenizerConfiguration, _ family: TokenizerFamily,
        _ vocabulary: TokenNumbers, _ fileTokens: [AddedToken], path: String
    ) throws(InputError) {
        // The general classes take the file as it is; the others make the tokenizer anew, and the configuration's hold.
        var added = family == .general ? fileTokens + configuration.added : configuration.added + fileTokens
        let others = TokenNumbers(added.reversed().map { (String(decoding: $0.content, as: UTF8.self), $0.id) })
        var names: [String: String] = [:]
        for key in Self.keys.reversed() {
            let token =
                configuration.special(key) ?? family.names[key].map { AddedToken(content: Array($0.utf8), id: 0) }
            guard let token else { continue }
            let name = String(decoding: token.content, as: UTF8.self)
            names[key] = name
            guard let id = others[name] ?? vocabulary[name] else { continue }
            added.append(
                AddedToken(
                    content: token.content, id: id, isWholeWord: token.isWholeWord, isNormalized: token.isNormalized,
                    takesBlanksBefore: token.takesBlanksBefore, takesBlanksBehind: token.takesBlanksBehind))
        }
        var known: Set<[UInt8]> = []
        self.added = added.filter { known.insert($0.content).inserted }
        vocabularySize = (vocabulary.tokens + others.tokens).reduce(0) { max($0, Int($1.id) + 1) }
        (self.names, self.vocabulary, self.others, self.path) = (names, vocabulary, others, path)
    }

    /// The number of a token by its name.
    func number(_ name: String) -> Int32? { others[name] ?? vocabulary[name] }

    /// The name of a special token by its key.
    func name(_ key: String) -> String? { names[key] }

    /// The number of a special token by its key such as `eos_token`, where there is one.
    subscript(_ key: String) -> Int32? { names[key].flatMap(number) }

    /// The number of a special token that there has to be.
    func required(_ key: String) throws(InputError) -> Int32 {
        guard let id = self[key] else {
            throw InputError(
                path: path, place: "vocabulary", expected: names[key].map { "a token \($0)" } ?? "a \(key)",
                found: "none")
        }
        return id
    }

    /// The tokens around every text where a `tokenizer.json` does not say: those that the configuration asks for.
    func frame(_ configuration: TokenizerConfiguration) throws(InputError) -> TokenFrame {
        TokenFrame(
            first: try configuration.isTrue("add_bos_token") ? [required("bos_token")] : [],
            last: try configuration.isTrue("add_eos_token") ? [required("eos_token")] : [])
    }
}
