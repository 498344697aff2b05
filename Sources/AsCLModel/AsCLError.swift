/// Something wrong with a model's configuration, checkpoint or input, told in one line.
public enum AsCLError: Error, CustomStringConvertible, Sendable, Equatable {
    /// A value that cannot be: the file, its key, what it should be and what it is.
    case invalid(path: String, key: String, expected: String, found: String)

    /// `path: key: expected ..., found ...`.
    public var description: String {
        switch self {
        case .invalid(let path, let key, let expected, let found):
            "\(path): \(key): expected \(expected), found \(found)"
        }
    }
}
