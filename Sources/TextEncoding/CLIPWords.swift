/// The words of a normalised text as CLIP's regular expression finds them, one after the other, in one pass.
struct CLIPWords: Sequence, IteratorProtocol {
    /// The regular expression, as files write it.
    static let pattern = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
    /// What transformers puts before it from version 5 on.
    static let specials = #"<\|startoftext\|>|<\|endoftext\|>|"#

    private let scalars: [Unicode.Scalar]
    private let keepsSpecials: Bool
    private var index = 0
    /// Where a special token ends that is being cut into its marks and letters.
    private var specialEnd = 0

    private enum Kind { case letter, number, blank, mark }

    private static let endings = ["s", "t", "re", "ve", "m", "ll", "d"].map { Array($0.unicodeScalars) }
    private static let names = ["<|startoftext|>", "<|endoftext|>"].map { Array($0.unicodeScalars) }

    init(_ scalars: [Unicode.Scalar], keepsSpecials: Bool) {
        self.scalars = scalars
        self.keepsSpecials = keepsSpecials
    }

    mutating func next() -> ArraySlice<Unicode.Scalar>? {
        while index < scalars.count, kind(index) == .blank { index += 1 }
        guard index < scalars.count else { return nil }
        let start = index
        // A second expression, GPT-2's, looks at every word alone and cuts a special token's name out of its marks.
        if keepsSpecials, index >= specialEnd, let name = Self.names.first(where: scalars[index...].starts) {
            specialEnd = index + name.count
        }
        if let ending = ending() {
            index += 1 + ending
        } else {
            let first = kind(start)
            let end = start < specialEnd ? specialEnd : scalars.count
            index += 1
            while first != .number, index < end, kind(index) == first { index += 1 }
        }
        return scalars[start..<index]
    }

    /// The letters of the ending that begins here with an apostrophe.
    private func ending() -> Int? {
        guard scalars[index] == "'" else { return nil }
        return Self.endings.first { scalars[(index + 1)...].starts(with: $0) }?.count
    }

    private func kind(_ index: Int) -> Kind {
        let scalar = scalars[index]
        switch scalar {
        case "a"..."z": return .letter
        case " ": return .blank
        default:
            return scalar.isLetter
                ? .letter : scalar.isNumber ? .number : scalar.properties.isWhitespace ? .blank : .mark
        }
    }
}
