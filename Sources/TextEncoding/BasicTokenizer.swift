/// BERT's first cut of a text: normalised, then split at blanks, with every punctuation mark on its own
/// (Hugging Face's `BertNormalizer` and `BertPreTokenizer`).
struct BasicTokenizer: Sendable {
    let normalizer: BERTNormalizer

    /// Adds the words of `text` (valid UTF-8) to `words`; the last one is closed.
    func split(_ text: UnsafeBufferPointer<UInt8>, into words: inout WordBuffer) {
        words.reserve(text.count)
        if normalizer.cleans, text.allSatisfy({ $0 < 0x80 }) {
            splitASCII(text, into: &words)
            words.closeWord()
        } else {
            split(normalized: normalizer(String(decoding: text, as: UTF8.self)), into: &words)
        }
    }

    /// Adds the words of a text that is normalised already; the last one is closed.
    func split(normalized text: String.UnicodeScalarView, into words: inout WordBuffer) {
        for scalar in text {
            if scalar.properties.isWhitespace {
                words.closeWord()
            } else if scalar.isBERTPunctuation {
                words.append(punctuation: scalar.utf8)
            } else {
                for byte in scalar.utf8 { words.append(byte) }
            }
        }
        words.closeWord()
    }

    /// Both steps in one pass, for the texts that most are.
    private func splitASCII(_ text: UnsafeBufferPointer<UInt8>, into words: inout WordBuffer) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): words.append(byte)
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): words.append(normalizer.lowercases ? byte | 0x20 : byte)
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): words.closeWord()
            case 0..<0x20, 0x7F: continue  // control characters vanish
            default: words.append(punctuation: CollectionOfOne(byte))
            }
        }
    }
}
