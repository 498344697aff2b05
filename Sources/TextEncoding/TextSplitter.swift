import AsCLBase

/// How a normalised text is cut into the pieces that merges stay within, as a `tokenizer.json` says (its `pre_tokenizer`).
enum TextSplitter: Sendable {
    /// CLIP's words, as bytes: English endings behind an apostrophe, letters, one number, other marks; blanks vanish.
    /// - Parameter keepsSpecials: `<|startoftext|>` and `<|endoftext|>` are apart from marks beside them.
    case clip(keepsSpecials: Bool)
    /// Cut behind every place where a text stands, which is not empty.
    case behind([Unicode.Scalar])
    /// Not cut.
    case whole

    /// The pieces, in scalars that the vocabulary's tokens are made of.
    func callAsFunction(_ text: String) -> [ArraySlice<Unicode.Scalar>] {
        let scalars = Array(text.unicodeScalars)
        switch self {
        case .whole: return scalars.isEmpty ? [] : [scalars[...]]
        case .behind(let mark):
            var pieces: [ArraySlice<Unicode.Scalar>] = []
            var (start, index) = (0, 0)
            while index < scalars.count {
                guard scalars[index...].starts(with: mark) else {
                    index += 1
                    continue
                }
                index += mark.count
                pieces.append(scalars[start..<index])
                start = index
            }
            if start < scalars.count { pieces.append(scalars[start...]) }
            return pieces
        case .clip(let keepsSpecials):
            return CLIPWords(scalars, keepsSpecials: keepsSpecials).map { word in
                word.flatMap { $0.utf8.map(ByteAlphabet.scalar) }[...]
            }
        }
    }
}

extension TextSplitter {
    /// A `tokenizer.json`'s pre-tokenizer.
    /// - Throws: `InputError` naming the part that is not understood.
    init(_ value: JSONValue, in path: String) throws(InputError) {
        func wrong(_ place: String, _ expected: String, _ found: JSONValue?) -> InputError {
            InputError(path: path, place: "pre_tokenizer" + place, expected: expected, found: found?.kind ?? "none")
        }
        switch value["type"]?.string {
        case "Split":
            guard let mark = value["pattern"]?["String"]?.string, !mark.isEmpty else {
                throw wrong(".pattern", "a text", value["pattern"]?["Regex"] ?? value["pattern"])
            }
            guard value["behavior"]?.string == "MergedWithPrevious", value["invert"]?.bool != true else {
                throw wrong(".behavior", "MergedWithPrevious, not inverted", value["behavior"])
            }
            self = .behind(Array(mark.unicodeScalars))
        case "Sequence":
            guard let steps = value["pretokenizers"]?.array, steps.count == 2,
                steps.map({ $0["type"]?.string }) == ["Split", "ByteLevel"]
            else {
                let found = (value["pretokenizers"]?.array ?? []).map { $0["type"]?.kind ?? "none" }
                throw wrong(".pretokenizers", "CLIP's: Split and ByteLevel", .string(found.joined(separator: ", ")))
            }
            let pattern = steps[0]["pattern"]?["Regex"]?.string
            guard pattern == CLIPWords.pattern || pattern == CLIPWords.specials + CLIPWords.pattern else {
                throw wrong(
                    ".pretokenizers.0.pattern", "CLIP's regular expression",
                    steps[0]["pattern"]?["Regex"] ?? steps[0]["pattern"]?["String"])
            }
            guard steps[0]["behavior"]?.string == "Removed", steps[0]["invert"]?.bool == true else {
                throw wrong(".pretokenizers.0.behavior", "Removed, inverted", steps[0]["behavior"])
            }
            guard steps[1]["add_prefix_space"]?.bool != true, steps[1]["use_regex"]?.bool != false else {
                throw wrong(".pretokenizers.1", "ByteLevel without a blank before the text", steps[1])
            }
            self = .clip(keepsSpecials: pattern != CLIPWords.pattern)
        default: throw wrong(".type", "Split, or a Sequence of Split and ByteLevel", value["type"])
        }
    }
}
