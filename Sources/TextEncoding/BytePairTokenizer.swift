package import AsCLBase
import Foundation

/// A tokenizer by byte pair encoding: CLIP's, from `vocab.json` and `merges.txt` or a `tokenizer.json`, and SigLIP 2's,
/// from a `tokenizer.json`. Equal to what Hugging Face makes of the same files.
///
/// A `tokenizer.json` is obeyed as it stands: its normaliser, first cut, merges and special tokens. SigLIP 2 was trained on
/// lower-case text; where its file leaves that out, the class `Siglip2Tokenizer` or `do_lower_case` in
/// `tokenizer_config.json` makes up for it.
package struct BytePairTokenizer: Tokenizer {
    package let path: String
    package let vocabularySize: Int
    package let padding: Int32
    package let padsLeft: Bool
    /// Every byte has a token.
    package var unknown: Int32? { nil }
    package let notices: [String]

    private let normalizer: TextNormalizer
    private let splitter: TextSplitter
    private let model: BytePairModel
    private let frame: TokenFrame
    /// What is a token where it stands in a text literally, and what is where it stands in the normalised text.
    private let literals, normalizedLiterals: AddedTokens

    /// Reads a Hugging Face folder: `tokenizer.json`, or `vocab.json` and `merges.txt` where there is none, and
    /// `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json` where there are any.
    /// - Throws: `InputError` naming what is missing or not understood.
    package init(directory: String) throws(InputError) {
        let json = directory + "/tokenizer.json"
        if FileManager.default.fileExists(atPath: json) {
            self.init(
                try BytePairDefinition(TokenizerFile(path: json, kind: "BPE", as: "CLIP's and SigLIP 2's"), directory))
        } else {
            self.init(try BytePairDefinition(clip: directory))
        }
    }

    private init(_ definition: BytePairDefinition) {
        let normalizer = definition.normalizer
        path = definition.path
        vocabularySize = definition.vocabularySize
        padding = definition.padding
        padsLeft = definition.padsLeft
        notices = definition.notices
        splitter = definition.splitter
        model = definition.model
        frame = definition.frame
        literals = AddedTokens(definition.added.filter { !$0.isNormalized })
        normalizedLiterals = AddedTokens(
            definition.added.filter(\.isNormalized).map { $0.normalized { normalizer($0) } })
        self.normalizer = normalizer
    }

    package func encode(_ text: String, maxTokens: Int) throws(InputError) -> TokenizedText {
        guard maxTokens >= max(1, frame.count) else {
            throw InputError(
                path: nil, place: "max_tokens", expected: "at least \(max(1, frame.count)), for the special tokens",
                found: maxTokens)
        }
        var ids: [Int32] = []
        literals.forEachPart(of: text) { part in
            switch part {
            case .token(let id): ids.append(id)
            case .text(let text): appendTokens(of: text, to: &ids)
            }
        }
        let cutCount = max(0, ids.count + frame.count - maxTokens)
        ids.removeLast(cutCount)
        return TokenizedText(ids: frame.first + ids + frame.last, cutCount: cutCount)
    }

    /// Appends the tokens of text without literals.
    private func appendTokens(of text: String, to ids: inout [Int32]) {
        normalizedLiterals.forEachPart(of: normalizer(text)) { part in
            switch part {
            case .token(let id): ids.append(id)
            case .text(let text): for piece in splitter(text) { model.append(piece, to: &ids) }
            }
        }
    }
}
