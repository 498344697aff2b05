#if canImport(Darwin)
import Foundation
#else
@_spi(_Unicode) import Swift
#endif

extension String {
    /// With characters and their marks put together (Unicode's form C), as Hugging Face's tokenizers do it: to them, whose
    /// Unicode is the 9th here, a later character is neither a mark nor has any.
    var composedByHuggingFace: String {
        if utf8.allSatisfy({ $0 < 0x80 }) { return self }
        var composed = String.UnicodeScalarView()
        for part in unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: \.isLaterThanUnicode9) {
            composed.append(contentsOf: String(part).composed.unicodeScalars)
            if part.endIndex < endIndex { composed.append(unicodeScalars[part.endIndex]) }
        }
        return String(composed)
    }

    /// Foundation's own on Linux takes U+10067 with a mark for a `g` with that mark, and so every character beyond U+FFFF for
    /// the one of its lower 16 bits.
    private var composed: String {
        #if canImport(Darwin)
        return precomposedStringWithCanonicalMapping
        #else
        return String(String.UnicodeScalarView(_nfc))
        #endif
    }
}

extension Unicode.Scalar {
    fileprivate var isLaterThanUnicode9: Bool {
        value >= 0x80 && properties.age.map { $0.major > 9 } ?? true
    }
}
