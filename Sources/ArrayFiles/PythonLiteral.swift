/// A reader of the little Python that a `.npy` header may hold: one dictionary of strings, truths and tuples of sizes.
struct PythonLiteral {
    enum Value: Equatable {
        case text(String)
        case truth(Bool)
        case sizes([Int])
    }

    private var rest: Substring

    init(_ text: String) { rest = text[...] }

    /// The dictionary, or nil where the text is anything else, an unknown kind of value or a repeated key included.
    mutating func dictionary() -> [String: Value]? {
        guard take("{") else { return nil }
        var fields: [String: Value] = [:]
        while !take("}") {
            guard let key = string(), take(":"), let value = value(), fields[key] == nil else { return nil }
            fields[key] = value
            guard take(",") || rest.first == "}" else { return nil }
        }
        skipSpace()
        return rest.isEmpty ? fields : nil
    }

    private mutating func value() -> Value? {
        if let text = string() { return .text(text) }
        if take("True") { return .truth(true) }
        if take("False") { return .truth(false) }
        return sizes().map(Value.sizes)
    }

    private mutating func string() -> String? {
        skipSpace()
        guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
        let inside = rest.dropFirst()
        guard let end = inside.firstIndex(of: quote) else { return nil }
        rest = inside[inside.index(after: end)...]
        return String(inside[..<end])
    }

    private mutating func sizes() -> [Int]? {
        guard take("(") else { return nil }
        var sizes: [Int] = []
        while !take(")") {
            skipSpace()
            let digits = rest.prefix { $0.isNumber || $0 == "-" }
            guard let size = Int(digits) else { return nil }
            sizes.append(size)
            rest = rest[digits.endIndex...]
            guard take(",") || rest.first == ")" else { return nil }
        }
        return sizes
    }

    /// Takes `token` and the space around it when it stands next.
    private mutating func take(_ token: String) -> Bool {
        skipSpace()
        guard rest.hasPrefix(token) else { return false }
        rest = rest.dropFirst(token.count)
        skipSpace()
        return true
    }

    private mutating func skipSpace() { rest = rest.drop { $0.isWhitespace } }
}
