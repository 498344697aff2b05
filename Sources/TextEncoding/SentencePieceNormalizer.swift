/// What SentencePiece does to a text before it is cut: characters become others, and blanks U+2581.
struct SentencePieceNormalizer: Sendable {
    /// What characters become, where the file says.
    let table: CharacterTable?
    /// Pieces that stay as they are.
    let userDefined: ByteTrie
    /// A blank is put before the text.
    let addsPrefix: Bool
    /// Blanks around the text vanish, and of several side by side all but one.
    let removesBlanks: Bool
    /// Blanks become U+2581.
    let escapesBlanks: Bool

    private static let blank = UInt8(ascii: " ")
    private static let escaped: [UInt8] = Array("\u{2581}".utf8)

    /// The text as it is then, from UTF-8 to UTF-8.
    func callAsFunction(_ text: [UInt8]) -> [UInt8] {
        let space = escapesBlanks ? Self.escaped : [Self.blank]
        var rest = text[...]
        while removesBlanks, !rest.isEmpty {
            let (part, length) = prefix(rest)
            guard part.elementsEqual(CollectionOfOne(Self.blank)) else { break }
            rest = rest.dropFirst(length)
        }
        guard !rest.isEmpty else { return [] }
        var result = addsPrefix ? space : []
        result.reserveCapacity(text.count + text.count / 4)
        var isBehindBlank = removesBlanks
        while !rest.isEmpty {
            var (part, length) = prefix(rest)
            if isBehindBlank { part = part.drop { $0 == Self.blank } }
            for byte in part {
                if byte == Self.blank { result += space } else { result.append(byte) }
            }
            if removesBlanks, let last = part.last { isBehindBlank = last == Self.blank }
            rest = rest.dropFirst(length)
        }
        while removesBlanks, result.count >= space.count, result.suffix(space.count).elementsEqual(space) {
            result.removeLast(space.count)
        }
        return result
    }

    /// What the text's first characters become, and how many bytes they are of.
    private func prefix(_ text: ArraySlice<UInt8>) -> (ArraySlice<UInt8>, Int) {
        if let piece = userDefined.longestMatch(in: text, from: .root) {
            return (text.prefix(piece.length), piece.length)
        }
        if let match = table?.longestMatch(in: text) { return match }
        let length = UnigramModel.characterLength(text)
        return (text.prefix(length), length)
    }
}
