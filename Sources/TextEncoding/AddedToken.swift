/// A token that is found where it stands in a text literally, before the text is cut into words.
struct AddedToken: Sendable {
    /// What is looked for, UTF-8.
    var content: [UInt8]
    let id: Int32
    /// Only where no letter, digit or underscore stands before or after it.
    var isWholeWord = false
    /// Looked for in the normalised text, itself normalised, instead of in the text as it is.
    var isNormalized = false
    /// Blanks before it and behind it belong to it.
    var takesBlanksBefore = false
    var takesBlanksBehind = false

    /// Itself, looked for in texts that `normalize` has changed.
    func normalized(by normalize: (String) -> String) -> AddedToken {
        var token = self
        token.content = Array(normalize(String(decoding: content, as: UTF8.self)).utf8)
        return token
    }
}

/// The tokens that are looked for in one form of a text.
struct AddedTokens: Sendable {
    /// A piece of a text.
    enum Part {
        case token(Int32)
        case text(Range<Int>)
    }

    /// A piece of a text, apart from it.
    enum TextPart {
        case token(Int32)
        case text(String)
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

    /// Does something with each part of a text in turn.
    func forEachPart(of text: String, _ body: (TextPart) -> Void) {
        guard !isEmpty else {
            if !text.isEmpty { body(.text(text)) }
            return
        }
        var text = text
        text.withUTF8 { bytes in
            for part in parts(of: bytes) {
                switch part {
                case .token(let id): body(.token(id))
                case .text(let range): body(.text(String(decoding: bytes[range], as: UTF8.self)))
                }
            }
        }
    }

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
                let first = token.takesBlanksBefore ? max(start, Self.blanks(before: index, in: text)) : index
                if start < first { parts.append(.text(start..<first)) }
                parts.append(.token(token.id))
                start = token.takesBlanksBehind ? Self.blanks(behind: end, in: text) : end
            }
            index = end
        }
        if start < text.count { parts.append(.text(start..<text.count)) }
        return parts
    }

    /// Where the blanks begin that end at `index`.
    private static func blanks(before index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        let before = Substring(decoding: text[..<index], as: UTF8.self)
        return before.unicodeScalars.reversed().prefix(while: \.properties.isWhitespace)
            .reduce(index) { $0 - $1.utf8.count }
    }

    /// Where the blanks end that begin at `index`.
    private static func blanks(behind index: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
        let behind = Substring(decoding: text[index...], as: UTF8.self)
        return behind.unicodeScalars.prefix(while: \.properties.isWhitespace).reduce(index) { $0 + $1.utf8.count }
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
