package import AsCLBase
import Foundation

/// SigLIP 1's tokenizer, from a `spiece.model`: equal to transformers' `SiglipTokenizer`.
///
/// A text is put into lower case and loses its ASCII punctuation before SentencePiece cuts it; `</s>` goes behind it, and
/// fills it up.
package struct SentencePieceTokenizer: Tokenizer {
    package let path: String
    package let vocabularySize: Int
    package let padding: Int32
    package let padsLeft: Bool
    package let unknown: Int32?
    package var notices: [String] { [] }

    private let normalizer: SentencePieceNormalizer
    private let model: UnigramModel
    private let lowercases: Bool
    private let literals: AddedTokens
    private let end: Int32
    /// The unknown token's name, and into how many pieces SentencePiece cuts it.
    private let mark: [UInt8]
    private let markLength: Int

    /// Reads a Hugging Face folder: `spiece.model`, and `tokenizer_config.json`, `special_tokens_map.json` and
    /// `added_tokens.json` where there are any.
    /// - Throws: `InputError` naming what is missing, damaged or of another kind.
    package init(directory: String) throws(InputError) {
        let file = try SentencePieceFile(path: directory + "/spiece.model")
        let configuration = try TokenizerConfiguration(directory: directory)
        guard ["SiglipTokenizer", nil].contains(configuration.className) else {
            throw InputError(
                path: configuration.path, place: "tokenizer_class", expected: "SiglipTokenizer beside spiece.model",
                found: configuration.className ?? "none")
        }
        let vocabulary = TokenNumbers(
            file.pieces.enumerated().map { (String(decoding: $1.text, as: UTF8.self), Int32($0)) })
        let names = try SpecialTokens(configuration, .siglip, vocabulary, [], path: file.path)
        end = try names.required("eos_token")
        padding = try names.required("pad_token")
        vocabularySize = names.vocabularySize
        guard let unknown = file.pieces.firstIndex(where: { $0.kind == .unknown }) else {
            throw InputError(path: file.path, place: "pieces", expected: "one for unknown characters", found: "none")
        }
        self.unknown = Int32(unknown)
        model = UnigramModel(file.pieces, unknown: Int32(unknown))
        normalizer = file.normalizer
        path = file.path
        padsLeft = try configuration.padsLeft ?? false
        lowercases = try configuration.setting("do_lower_case") ?? true
        literals = AddedTokens(names.added)
        mark = Array((names.name("unk_token") ?? "").utf8)
        markLength = model.pieces(of: normalizer(mark)).count
    }

    package func encode(_ text: String, maxTokens: Int) throws(InputError) -> TokenizedText {
        guard maxTokens >= 1 else {
            throw InputError(path: nil, place: "max_tokens", expected: "at least 1, for </s>", found: maxTokens)
        }
        var ids: [Int32] = []
        let text =
            "\u{2581}" + String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\u{2581}" ? " " : $0 }))
        literals.forEachPart(of: text) { part in
            switch part {
            case .token(let id): ids.append(id)
            case .text(let text): ids += tokens(of: text)
            }
        }
        let cutCount = max(0, ids.count + 1 - maxTokens)
        ids.removeLast(cutCount)
        // A text that writes it out itself gets no second.
        if ids.last != end { ids.append(end) }
        return TokenizedText(ids: ids, cutCount: cutCount)
    }

    /// The pieces of text without literals. SentencePiece may put a blank before a text; so that it does not here, the
    /// unknown token goes before it, and its pieces are taken away again.
    private func tokens(of text: String) -> ArraySlice<Int32> {
        let pieces = model.pieces(of: normalizer(mark + Array(canonical(text).utf8)))
        return pieces.count >= markLength ? pieces.dropFirst(markLength) : pieces[...]
    }

    /// In lower case, without ASCII's punctuation, and with one blank for several.
    private func canonical(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var isBehindBlank = true
        for scalar in lowercases ? text.pythonLowercase : text.unicodeScalars {
            switch scalar {
            case "!"..."/", ":"..."@", "["..."`", "{"..."~": continue
            case _ where scalar.isPythonBlank:
                if !isBehindBlank { result.append(" ") }
                isBehindBlank = true
            default:
                result.append(scalar)
                isBehindBlank = false
            }
        }
        if result.last == " " { result.removeLast() }
        return String(result)
    }
}
