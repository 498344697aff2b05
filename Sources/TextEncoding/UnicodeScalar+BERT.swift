/// The classes of characters that BERT's tokenizer tells apart.
///
/// Hugging Face's tokenizer keeps the categories of Unicode 8, which its vocabularies were used with ever since: to it,
/// a character that came later is neither control, nor accent, nor punctuation.
extension Unicode.Scalar {
    private var category: Unicode.GeneralCategory {
        guard let age = properties.age, age.major <= 8 else { return .unassigned }
        switch value {
        // The seven that have changed sides since.
        case 0x166D, 0x111C9: return .otherPunctuation
        case 0x1734, 0x1171E: return .nonspacingMark
        case 0x1885, 0x1886, 0xA9BD: return .otherLetter
        default: return properties.generalCategory
        }
    }

    /// Separates words. The other white space among the control characters (vertical tab, ...) vanishes instead.
    var isBERTBlank: Bool {
        switch self {
        case " ", "\t", "\n", "\r": true
        default: value >= 0xA0 && properties.isWhitespace
        }
    }

    /// Vanishes: control, format and private-use characters, the null and the replacement character.
    var isBERTControl: Bool {
        switch category {
        case .control, .format, .privateUse: true
        default: value == 0xFFFD
        }
    }

    /// A non-spacing mark, stripped from the decomposed text.
    var isBERTAccent: Bool { category == .nonspacingMark }

    /// A token of its own: Unicode's punctuation and every ASCII mark (`$`, `+`, `^`, ... too).
    var isBERTPunctuation: Bool {
        switch value {
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
        case 0..<0x80: return false
        default: break
        }
        switch category {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }

    /// A word of its own: the CJK ideographs, but neither Kana nor Hangul.
    var isBERTIdeograph: Bool {
        switch value {
        // The last block of the supplementary plane begins 0x100 late: so it does in Hugging Face's tokenizer.
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
