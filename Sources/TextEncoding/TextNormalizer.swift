import AsCLBase

/// What is done to a text before anything else, as a `tokenizer.json` says (its `normalizer`).
indirect enum TextNormalizer: Sendable {
    /// Characters with marks are put together (Unicode's form C).
    case composed
    /// Upper case becomes lower case, character by character: a sigma at a word's end stays an ordinary one.
    case lowercased
    /// Every stretch of blanks becomes a text.
    case blanksReplaced(String)
    /// Every place where a text stands, not empty, gets another.
    case replaced(String, by: String)
    /// One after the other.
    case steps([TextNormalizer])

    /// CLIP's, which a `vocab.json` leaves unsaid.
    static let clip = steps([.composed, .blanksReplaced(" "), .lowercased])

    /// Whether upper case becomes lower case.
    var lowercases: Bool {
        switch self {
        case .lowercased: true
        case .steps(let steps): steps.contains(where: \.lowercases)
        default: false
        }
    }

    /// The text as it is then.
    func callAsFunction(_ text: String) -> String {
        switch self {
        case .composed: return text.composedByHuggingFace
        case .lowercased:
            // On ASCII, Swift's own is the same and many times faster.
            if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.lowercased() }
            return String(String.UnicodeScalarView(text.unicodeScalars.lazy.flatMap(\.huggingFaceLowercase)))
        case .blanksReplaced(let replacement):
            var scalars = String.UnicodeScalarView()
            var isBlank = false
            for scalar in text.unicodeScalars {
                if !scalar.properties.isWhitespace {
                    scalars.append(scalar)
                } else if !isBlank {
                    scalars.append(contentsOf: replacement.unicodeScalars)
                }
                isBlank = scalar.properties.isWhitespace
            }
            return String(scalars)
        case .replaced(let part, let replacement):
            return String(decoding: Array(text.utf8).replacing(Array(part.utf8), with: replacement.utf8), as: UTF8.self)
        case .steps(let steps):
            return steps.reduce(text) { $1($0) }
        }
    }
}

extension TextNormalizer {
    /// A `tokenizer.json`'s normaliser.
    /// - Throws: `InputError` naming the part that is not understood.
    init(_ value: JSONValue, at place: String = "normalizer", in path: String) throws(InputError) {
        func wrong(_ place: String, _ expected: String, _ found: JSONValue?) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found?.kind ?? "none")
        }
        switch value["type"]?.string {
        case "NFC": self = .composed
        case "Lowercase": self = .lowercased
        case "Replace":
            guard let replacement = value["content"]?.string else {
                throw wrong("\(place).content", "a text", value["content"])
            }
            if let part = value["pattern"]?["String"]?.string, !part.isEmpty {
                self = .replaced(part, by: replacement)
            } else if value["pattern"]?["Regex"]?.string == #"\s+"# {
                self = .blanksReplaced(replacement)
            } else {
                throw wrong(
                    "\(place).pattern", #"a text or the regular expression \s+"#,
                    value["pattern"]?["Regex"] ?? value["pattern"]?["String"])
            }
        case "Sequence":
            guard let steps = value["normalizers"]?.array else {
                throw wrong("\(place).normalizers", "a list", value["normalizers"])
            }
            self = .steps(
                try steps.enumerated().map { index, step throws(InputError) in
                    try TextNormalizer(step, at: "\(place).normalizers.\(index)", in: path)
                })
        default: throw wrong("\(place).type", "NFC, Lowercase, Replace or Sequence", value["type"])
        }
    }
}
