package import AsCLBase
import Foundation

/// The tokenizer of a CLIP or SigLIP folder, whatever its kind.
package enum TokenizerFolder {
    /// SigLIP 1's where there is a `spiece.model`, else CLIP's or SigLIP 2's.
    /// - Throws: `InputError` naming what is missing or not understood.
    package static func tokenizer(directory: String) throws(InputError) -> any Tokenizer {
        func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: directory + "/" + name) }
        if has("spiece.model") { return try SentencePieceTokenizer(directory: directory) }
        guard has("tokenizer.json") || has("vocab.json") else {
            let others = ["vocab.txt", "tokenizer.model", "open_clip_config.json"].filter(has)
            throw InputError(
                path: directory, place: "tokenizer", expected: "tokenizer.json, vocab.json or spiece.model",
                found: others.isEmpty ? "none" : "none, but \(others.joined(separator: ", "))")
        }
        return try BytePairTokenizer(directory: directory)
    }
}
