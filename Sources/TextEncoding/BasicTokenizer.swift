import Foundation

/// BERT's first cut of a text: cleaned, optionally lower-cased and stripped of accents, split at blanks, with every
/// punctuation mark and every Chinese character on its own.
///
/// The order of the steps is that of Hugging Face's `BertNormalizer` and `BertPreTokenizer`.
struct BasicTokenizer: Sendable {
    /// Lower-cases and strips accents.
    let lowercase: Bool

    /// Adds the words of `text` (valid UTF-8) to `words`; the last one is closed.
    func split(_ text: UnsafeBufferPointer<UInt8>, into words: inout WordBuffer) {
        words.reserve(text.count)
        if text.allSatisfy({ $0 < 0x80 }) {
            splitASCII(text, into: &words)
        } else {
            splitUnicode(String(decoding: text, as: UTF8.self), into: &words)
        }
        words.closeWord()
    }

    private func splitASCII(_ text: UnsafeBufferPointer<UInt8>, into words: inout WordBuffer) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): words.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): words.append(lowercase ? byte | 0x20 : byte)
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): words.closeWord()
            case 0..<0x20, 0x7F: continue  // control characters vanish
            default: words.append(punctuation: CollectionOfOne(byte))
            }
        }
    }

    private func splitUnicode(_ text: String, into words: inout WordBuffer) {
        let cleaned = Self.cleaned(text)
        guard lowercase else {
            for scalar in cleaned { append(scalar, to: &words) }
            return
        }
        // The whole text is decomposed at once, for marks that stay are ordered by their neighbours.
        for scalar in String(cleaned).decomposedStringWithCanonicalMapping.unicodeScalars where !scalar.isBERTAccent {
            for lowered in scalar.properties.lowercaseMapping.unicodeScalars { append(lowered, to: &words) }
        }
    }

    /// Without control characters, every blank a space, and spaces around Chinese characters.
    private static func cleaned(_ text: String) -> String.UnicodeScalarView {
        var cleaned = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.isBERTBlank {
                cleaned.append(" ")
            } else if scalar.isBERTControl {
                continue
            } else if scalar.isBERTIdeograph {
                cleaned.append(contentsOf: [" ", scalar, " "])
            } else {
                cleaned.append(scalar)
            }
        }
        return cleaned
    }

    private func append(_ scalar: Unicode.Scalar, to words: inout WordBuffer) {
        if scalar.isBERTBlank {
            words.closeWord()
        } else if scalar.isBERTPunctuation {
            words.append(punctuation: scalar.utf8)
        } else {
            for byte in scalar.utf8 { words.append(byte) }
        }
    }
}
