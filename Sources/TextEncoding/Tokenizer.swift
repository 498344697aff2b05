package import AsCLBase

/// Turns texts into the numbers of tokens that an encoder reads.
package protocol Tokenizer: Sendable {
    /// The file with the vocabulary.
    var path: String { get }
    /// The rows that the encoder's token embeddings must have at least: one more than the largest number of a token.
    var vocabularySize: Int { get }
    /// The token that fills shorter texts up.
    var padding: Int32 { get }
    /// Whether it goes before a text instead of behind it.
    var padsLeft: Bool { get }
    /// The token of what it does not know; nil where it knows every text, letter by letter if need be.
    var unknown: Int32? { get }
    /// The token that stands for one to be guessed; nil where it has none.
    var mask: Int32? { get }
    /// What the folder's files say in two ways, and which of them holds; a line each.
    var notices: [String] { get }

    /// The tokens of a text with the special ones around it; those beyond `maxTokens`, all counted, are cut from the end
    /// of the text.
    /// - Throws: `InputError` where `maxTokens` is too few for the special tokens.
    func encode(_ text: String, maxTokens: Int) throws(InputError) -> TokenizedText
}

extension Tokenizer {
    /// Only BERT's is trained to fill words in.
    package var mask: Int32? { nil }

    /// The tokens of a text, cut or filled up to exactly `length` as SigLIP's encoder reads them: `[length]`.
    package func encodePadded(_ text: String, length: Int) throws(InputError) -> TokenizedText {
        let text = try encode(text, maxTokens: length)
        let filling = [Int32](repeating: padding, count: length - text.ids.count)
        return TokenizedText(ids: padsLeft ? filling + text.ids : text.ids + filling, cutCount: text.cutCount)
    }
}
