import AsCLBase
package import TextEncoding
import Torch

/// The tokens that a method has word embeddings of its own for: those of its training captions and special ones. A model
/// that is trained on few captions cannot learn the rest of a text encoder's vocabulary.
///
/// Row 0 of the embeddings stands for every token that is not there, row 1 for one to be guessed; then come the tokens
/// around every text, and then the ordinary ones. Padding has no row: it takes part in nothing.
package struct CutVocabulary: Codable, Sendable, Equatable {
    /// Tokens of the text encoder.
    package let size: Int
    /// `[UNK]` and `[MASK]`.
    let unknown, mask: Int
    /// `[CLS]` and `[SEP]`.
    let frame: [Int]
    /// Ordinary tokens, ascending.
    var words: [Int]

    static let unknownRow = 0
    static let maskRow = 1

    /// The token of each row.
    var tokens: [Int] { [unknown, mask] + frame + words }
    /// Rows of ordinary tokens.
    var ordinaryRows: Range<Int> { 2 + frame.count..<2 + frame.count + words.count }
    /// Rows of all.
    package var count: Int { ordinaryRows.upperBound }

    /// Those of captions.
    /// - Throws: `InputError` where the text encoder has no token to be guessed.
    package init(of captions: [[Int32]], _ encoder: TextEncoder) throws {
        let tokenizer = encoder.tokenizer
        guard let mask = tokenizer.mask, let unknown = tokenizer.unknown else {
            throw InputError(
                path: tokenizer.path, place: "vocabulary",
                expected: "a BERT's with [MASK] and [UNK], as words are learnt by filling them in", found: "neither")
        }
        let around = try encoder.tokenize([""], maxTokens: 3)[0].ids.map(Int.init)
        let special = Set(around + [Int(mask), Int(unknown), Int(tokenizer.padding)])
        size = tokenizer.vocabularySize
        (self.unknown, self.mask) = (Int(unknown), Int(mask))
        frame = Set(around).sorted()
        words = Set(captions.flatMap(\.self)).map(Int.init).filter { !special.contains($0) }.sorted()
    }

    /// The row of each of the text encoder's tokens.
    var rows: [Int] {
        var rows = [Int](repeating: Self.unknownRow, count: size)
        for (row, token) in tokens.enumerated() { rows[token] = row }
        return rows
    }

    /// The text encoder's vectors of them, `[rows, B]`; nil where it has no table of that name.
    func vectors(of encoder: TextEncoder) -> Tensor? {
        let rows = tokens
        guard let table = encoder.parameters.dictionary["embeddings.word_embeddings.weight"],
            let places = try? Tensor(rows, shape: [rows.count]).to(device: table.device)
        else { return nil }
        return try? table.detached().indexSelect(places).to(.float32)
    }

    /// Refuses what cannot be.
    func validate(path: String) throws(InputError) {
        // A row is made for each.
        guard size <= 1 << 24 else {
            throw InputError(path: path, place: "vocabulary", expected: "at most \(1 << 24) tokens", found: size)
        }
        let all = tokens
        guard size > 0, !words.isEmpty, Set(all).count == all.count, all.allSatisfy((0..<size).contains) else {
            throw InputError(
                path: path, place: "vocabulary", expected: "different tokens below its size \(size)",
                found: words.isEmpty ? "none" : "others")
        }
    }

    /// Refuses an encoder with other tokens.
    func check(_ encoder: TextEncoder, path: String) throws(InputError) {
        let tokenizer = encoder.tokenizer
        guard
            tokenizer.vocabularySize == size, tokenizer.mask.map(Int.init) == mask,
            tokenizer.unknown.map(Int.init) == unknown
        else {
            let found = tokenizer.mask.map { "\($0)" } ?? "none"
            throw InputError(
                path: path, place: "vocabulary",
                expected: "\(tokenizer.vocabularySize) tokens with [MASK] \(found), as \(tokenizer.path) has them",
                found: "\(size) with [MASK] \(mask): those of another text encoder")
        }
    }
}
