import Foundation

/// What is done to a text before it is cut into words, in the order of Hugging Face's `BertNormalizer`.
struct BERTNormalizer: Sendable {
    /// Control characters vanish, and every blank becomes a space.
    var cleans = true
    /// Every Chinese character becomes a word.
    var partsIdeographs = true
    /// Accents vanish from the decomposed text; nil: where upper case does.
    var stripsAccents: Bool?
    /// Upper case becomes lower case.
    var lowercases = true

    /// Whether it does the same to every text as another.
    func isSame(as other: BERTNormalizer) -> Bool {
        (cleans, partsIdeographs, lowercases, stripsAccents ?? lowercases)
            == (other.cleans, other.partsIdeographs, other.lowercases, other.stripsAccents ?? other.lowercases)
    }

    /// The text as it is then.
    func callAsFunction(_ text: String) -> String.UnicodeScalarView {
        var scalars = cleans || partsIdeographs ? cleaned(text) : text.unicodeScalars
        if stripsAccents ?? lowercases {
            // The whole text is decomposed at once, for marks that stay are ordered by their neighbours.
            let decomposed = String(scalars).decomposedStringWithCanonicalMapping.unicodeScalars
            scalars = String.UnicodeScalarView(decomposed.lazy.filter { !$0.isBERTAccent })
        }
        if lowercases {
            scalars = String.UnicodeScalarView(scalars.lazy.flatMap(\.properties.lowercaseMapping.unicodeScalars))
        }
        return scalars
    }

    private func cleaned(_ text: String) -> String.UnicodeScalarView {
        var cleaned = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if cleans, scalar.isBERTBlank {
                cleaned.append(" ")
            } else if cleans, scalar.isBERTControl {
                continue
            } else if partsIdeographs, scalar.isBERTIdeograph {
                cleaned.append(contentsOf: [" ", scalar, " "])
            } else {
                cleaned.append(scalar)
            }
        }
        return cleaned
    }
}
