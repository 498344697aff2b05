/// Something wrong with a text encoder's file or setting, told in one line.
public struct TextEncodingError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The file, or nil where a setting is at fault.
    public let path: String?
    /// Where in the file, or which setting.
    public let place: String
    /// What should stand there.
    public let expected: String
    /// What does.
    public let found: String

    /// An error whose line reads `path: place: expected ..., found ...`.
    public init(path: String?, place: String, expected: String, found: String) {
        self.path = path
        self.place = place
        self.expected = expected
        self.found = found
    }

    /// The one line.
    public var description: String {
        (path.map { "\($0): " } ?? "") + "\(place): expected \(expected), found \(found)"
    }
}
