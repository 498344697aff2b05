/// A token that is found where it stands in a text literally, before the text is cut into words.
struct AddedToken: Sendable {
    /// What is looked for, UTF-8.
    let content: [UInt8]
    let id: Int32
    /// Only where no letter, digit or underscore stands before or after it.
    var isWholeWord = false
    /// Looked for in the normalised text, itself normalised, instead of in the text as it is.
    var isNormalized = false

    /// Itself, looked for in texts that `normalizer` has changed.
    func normalized(by normalizer: BERTNormalizer) -> AddedToken {
        let content = String(normalizer(String(decoding: content, as: UTF8.self)))
        return AddedToken(content: Array(content.utf8), id: id, isWholeWord: isWholeWord, isNormalized: true)
    }
}

/// The tokens that are looked for in one form of a text.
struct AddedTokens: Sendable {
    /// A piece of a text.
    enum Part {
        case token(Int32)
        case text(Range<Int>)
    }

    /// Longer ones first, so that the first that fits is the longest.
    private let tokens: [AddedToken]
    /// Whether a token begins with a byte, by the byte: most texts hold none of these and are looked at no further.
    private let begins: [Bool]

    init(_ tokens: some Sequence<AddedToken>) {
        self.tokens = tokens.filter { !$0.content.isEmpty }.sorted { $0.content.count > $1.content.count }
        let firstBytes = Set(self.tokens.compactMap(\.content.first))
        begins = (0...UInt8.max).map(firstBytes.contains)
    }

    /// Whether there are none.
    var isEmpty: Bool { tokens.isEmpty }

    /// Cuts a text at the tokens that stand in it.
    func parts(of text: UnsafeBufferPointer<UInt8>) -> [Part] {
        guard text.contains(where: { begins[Int($0)] }) else { return [.text(0..<text.count)] }
        var parts: [Part] = []
        var (start, index) = (0, 0)
        while index < text.count {
            guard begins[Int(text[index])],
                let token = tokens.first(where: { text[index...].starts(with: $0.content) })
            else {
                index += 1
                continue
            }
            let end = index + token.content.count
            if !token.isWholeWord || Self.standsAlone(index..<end, in: text) {
                parts.append(.text(start..<index))
                parts.append(.token(token.id))
                start = end
            }
            index = end
        }
        parts.append(.text(start..<text.count))
        return parts
    }

    private static func standsAlone(_ range: Range<Int>, in text: UnsafeBufferPointer<UInt8>) -> Bool {
        let before = String(decoding: text[..<range.lowerBound].suffix(4), as: UTF8.self).unicodeScalars.last
        let after = String(decoding: text[range.upperBound...].prefix(4), as: UTF8.self).unicodeScalars.first
        return before?.belongsToWord != true && after?.belongsToWord != true
    }
}

extension Unicode.Scalar {
    /// What regular expressions write as `\w` (Unicode's technical standard 18).
    fileprivate var belongsToWord: Bool {
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }
}
