/// The classes of characters that Hugging Face's tokenizers tell apart by regular expressions, whose Unicode is the 16th.
extension Unicode.Scalar {
    private var category: Unicode.GeneralCategory {
        guard let age = properties.age, age.major <= 16 else { return .unassigned }
        return properties.generalCategory
    }

    /// In lower case, by itself.
    var huggingFaceLowercase: String.UnicodeScalarView {
        properties.lowercaseMapping.unicodeScalars
    }

    /// What regular expressions write as `\p{L}`.
    var isLetter: Bool {
        switch category {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    /// What regular expressions write as `\p{N}`.
    var isNumber: Bool {
        switch category {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }
}
