extension DecodingError {
    /// Where in the JSON and what is wrong there, in one line.
    package var oneLine: String {
        let (context, problem): (Context, String) =
            switch self {
            case .keyNotFound(let key, let context): (context, "no \(key.stringValue)")
            case .typeMismatch(_, let context), .valueNotFound(_, let context): (context, context.debugDescription)
            case .dataCorrupted(let context):
                (context, context.underlyingError.map { "malformed JSON (\($0))" } ?? context.debugDescription)
            @unknown default: (Context(codingPath: [], debugDescription: ""), "\(self)")
            }
        let place = context.codingPath.map(\.stringValue).joined(separator: ".")
        let line = problem.split(whereSeparator: \.isNewline).joined(separator: " ")
        return place.isEmpty ? line : "\(line) at \(place)"
    }
}
