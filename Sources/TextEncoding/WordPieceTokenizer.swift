package import AsCLBase

/// BERT's tokenizer: text to indices into a `vocab.txt`, equal to Hugging Face's `BertTokenizerFast`.
package struct WordPieceTokenizer: Sendable {
    /// Tokens of the vocabulary: the rows that the encoder's word embeddings must have.
    package var vocabularySize: Int { vocabulary.count }
    /// The index of `[PAD]`, which fills a batch's shorter texts.
    package let padding: Int32
    /// The index of `[CLS]`, every text's first token.
    package let classification: Int32
    /// The index of `[SEP]`, every text's last token.
    package let separator: Int32
    /// The index of `[UNK]`, which stands for a word that the vocabulary cannot spell.
    package let unknown: Int32

    private let vocabulary: WordPieceVocabulary
    private let basic: BasicTokenizer
    /// What is a token where it stands in a text literally.
    private let literals: [(bytes: [UInt8], token: Int32)]

    /// A longer word is `[UNK]`, in Unicode scalars.
    private static let longestWord = 100

    /// Reads the vocabulary at `vocabularyPath`; `lowercase` also strips accents, as uncased models want.
    package init(vocabularyPath: String, lowercase: Bool = true) throws(InputError) {
        let vocabulary = try WordPieceVocabulary(path: vocabularyPath)
        func required(_ token: String) throws(InputError) -> Int32 {
            guard let index = vocabulary.token(token) else {
                throw InputError(
                    path: vocabularyPath, place: "lines 1-\(vocabulary.count)", expected: "a line \(token)",
                    found: "none")
            }
            return index
        }
        self.vocabulary = vocabulary
        padding = try required("[PAD]")
        unknown = try required("[UNK]")
        classification = try required("[CLS]")
        separator = try required("[SEP]")
        basic = BasicTokenizer(lowercase: lowercase)
        literals = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].compactMap { literal in
            vocabulary.token(literal).map { (Array(literal.utf8), $0) }
        }
    }

    /// Reads `vocab.txt` of a Hugging Face folder, and `tokenizer_config.json` where there is one.
    package init(directory: String) throws(InputError) {
        let configuration = try WordPieceConfiguration(path: directory + "/tokenizer_config.json")
        try self.init(vocabularyPath: directory + "/vocab.txt", lowercase: configuration.lowercase)
    }

    /// The tokens of `text` between `[CLS]` and `[SEP]`; those beyond `maxTokens` (at least 2, both counted) are cut
    /// from the end of the text.
    package func encode(_ text: String, maxTokens: Int) throws(InputError) -> TokenizedText {
        guard maxTokens >= 2 else {
            throw InputError(
                path: nil, place: "max_tokens", expected: "at least 2, for [CLS] and [SEP]", found: "\(maxTokens)")
        }
        var ids = [classification]
        var wordCount = 0
        var text = text
        text.withUTF8 { bytes in
            for part in parts(of: bytes) {
                switch part {
                case .literal(let token): ids.append(token)
                case .text(let range):
                    wordCount += appendTokens(of: UnsafeBufferPointer(rebasing: bytes[range]), to: &ids)
                }
            }
        }
        let wasCut = ids.count > maxTokens - 1
        if wasCut { ids.removeSubrange((maxTokens - 1)...) }
        ids.append(separator)
        return TokenizedText(ids: ids, wasCut: wasCut, wordCount: wordCount)
    }

    /// Appends the tokens of text without literals; returns its words.
    private func appendTokens(of text: UnsafeBufferPointer<UInt8>, to ids: inout [Int32]) -> Int {
        var words = WordBuffer()
        basic.split(text, into: &words)
        for range in words.words {
            let word = words.bytes[range]
            if !isTooLong(word), vocabulary.appendPieces(of: word, to: &ids) { continue }
            ids.append(unknown)
        }
        return words.wordCount
    }

    private func isTooLong(_ word: ArraySlice<UInt8>) -> Bool {
        word.count > Self.longestWord && word.count { $0 & 0xC0 != 0x80 } > Self.longestWord
    }
}

extension WordPieceTokenizer {
    private enum Part {
        case literal(Int32)
        case text(Range<Int>)
    }

    /// Cuts a text at the special tokens written out in it, before anything else is done to it.
    private func parts(of text: UnsafeBufferPointer<UInt8>) -> [Part] {
        guard text.contains(UInt8(ascii: "[")) else { return [.text(0..<text.count)] }
        var parts: [Part] = []
        var start = 0
        var index = 0
        while index < text.count {
            let rest = text[index...]
            if text[index] == UInt8(ascii: "["), let literal = literals.first(where: { rest.starts(with: $0.bytes) }) {
                parts.append(.text(start..<index))
                parts.append(.literal(literal.token))
                index += literal.bytes.count
                start = index
            } else {
                index += 1
            }
        }
        parts.append(.text(start..<text.count))
        return parts
    }
}
