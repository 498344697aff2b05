package import AsCLBase

/// BERT's tokenizer: text to indices into a vocabulary, equal to Hugging Face's `BertTokenizerFast`.
package struct WordPieceTokenizer: Tokenizer {
    /// The rows that the encoder's word embeddings must have at least: one more than the largest index of a token.
    package let vocabularySize: Int
    /// The file with the vocabulary.
    package let path: String
    /// The index of `[PAD]`, which fills a batch's shorter texts.
    package let padding: Int32
    /// BERT's texts are filled up at their end.
    package var padsLeft: Bool { false }
    /// The index of `[CLS]`, every text's first token.
    package let classification: Int32
    /// The index of `[SEP]`, every text's last token.
    package let separator: Int32
    /// The index of `[UNK]`, which stands for a word that the vocabulary cannot spell.
    package var unknown: Int32? { unknownIndex }
    private let unknownIndex: Int32
    /// The index of `[MASK]`, where the vocabulary has it.
    package let mask: Int32?
    /// What the folder's files say in two ways, and which of them holds; a line each.
    package let notices: [String]

    private let vocabulary: WordPieceVocabulary
    private let basic: BasicTokenizer
    /// What is a token where it stands in a text literally, and what is where it stands in the normalised text.
    private let literals, normalizedLiterals: AddedTokens
    /// A longer word is `[UNK]`, in Unicode scalars.
    private let longestWord: Int

    /// Reads a Hugging Face folder: `tokenizer.json`, or `vocab.txt` where there is none, and `tokenizer_config.json`
    /// and `added_tokens.json` where there are any. What `tokenizer_config.json` says of lower case, accents and Chinese
    /// characters holds before what `tokenizer.json` says, as in Hugging Face's `BertTokenizer`.
    /// - Throws: `InputError` naming what is missing, of another kind, or said by two files in two ways.
    package init(directory: String) throws(InputError) {
        try self.init(WordPieceDefinition(directory: directory))
    }

    private init(_ definition: WordPieceDefinition) {
        path = definition.path
        vocabulary = definition.vocabulary
        padding = definition.padding
        classification = definition.first
        separator = definition.last
        unknownIndex = definition.unknown
        mask = definition.mask
        notices = definition.notices
        longestWord = definition.longestWord
        let normalizer = definition.normalizer
        basic = BasicTokenizer(normalizer: normalizer)
        literals = AddedTokens(definition.added.filter { !$0.isNormalized })
        normalizedLiterals = AddedTokens(
            definition.added.filter(\.isNormalized).map { $0.normalized { String(normalizer($0)) } })
        let others = definition.added.map(\.id) + [padding, classification, separator, definition.unknown]
        vocabularySize = others.reduce(vocabulary.count) { max($0, Int($1) + 1) }
    }

    /// What each token stands for, by number.
    package var tokenTexts: [Int32: String] { vocabulary.texts }

    /// What a token begins with that goes on with a word: `##`.
    package var continuationMark: String { vocabulary.continuationMark }

    /// The tokens of `text` between `[CLS]` and `[SEP]`; those beyond `maxTokens` (at least 2, both counted) are cut
    /// from the end of the text.
    package func encode(_ text: String, maxTokens: Int) throws(InputError) -> TokenizedText {
        guard maxTokens >= 2 else {
            throw InputError(
                path: nil, place: "max_tokens", expected: "at least 2, for [CLS] and [SEP]", found: "\(maxTokens)")
        }
        var ids = [classification]
        var text = text
        text.withUTF8 { bytes in
            for part in literals.parts(of: bytes) {
                switch part {
                case .token(let id): ids.append(id)
                case .text(let range): appendTokens(of: UnsafeBufferPointer(rebasing: bytes[range]), to: &ids)
                }
            }
        }
        let cutCount = max(0, ids.count - (maxTokens - 1))
        ids.removeLast(cutCount)
        ids.append(separator)
        return TokenizedText(ids: ids, cutCount: cutCount)
    }

    /// Appends the tokens of text without literals.
    private func appendTokens(of text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) {
        var words = WordBuffer()
        guard !normalizedLiterals.isEmpty else {
            basic.split(text, into: &words)
            append(words, to: &ids)
            return
        }
        var normalized = String(basic.normalizer(String(decoding: text, as: UTF8.self)))
        normalized.withUTF8 { bytes in
            for part in normalizedLiterals.parts(of: bytes) {
                switch part {
                case .token(let id): ids.append(id)
                case .text(let range):
                    var words = WordBuffer()
                    basic.split(normalized: String(decoding: bytes[range], as: UTF8.self).unicodeScalars, into: &words)
                    append(words, to: &ids)
                }
            }
        }
    }

    private func append(_ words: WordBuffer, to ids: inout [Int32]) {
        for range in words.words {
            let word = words.bytes[range]
            if !isTooLong(word), vocabulary.appendPieces(of: word, to: &ids) { continue }
            ids.append(unknownIndex)
        }
    }

    private func isTooLong(_ word: ArraySlice<UInt8>) -> Bool {
        word.count > longestWord && word.count { $0 & 0xC0 != 0x80 } > longestWord
    }
}
