/// Something wrong with a picture file, told in one line.
public struct PictureError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The file, line breaks and other control characters in its name written as `\n` and the like.
    public let path: String
    /// Where in the file, or which step of handling it.
    public let place: String
    /// What has to stand there.
    public let expected: String
    /// What stands there.
    public let found: String

    /// An error whose line reads `path: place: expected ..., found ...`.
    public init(path: String, place: String, expected: String, found: String) {
        self.path = PictureError.oneLine(path)
        self.place = place
        self.expected = expected
        self.found = PictureError.oneLine(found)
    }

    /// The error in one line.
    public var description: String { "\(path): \(place): expected \(expected), found \(found)" }

    private static func oneLine(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: line += scalar.escaped(asASCII: true)
            default: line.unicodeScalars.append(scalar)
            }
        }
    }
}
