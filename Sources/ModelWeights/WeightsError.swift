public import ArrayFiles

/// Something wrong with published weights or their download, told in one line.
public struct WeightsError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The weights' name, the address or the file.
    public let subject: String
    /// Which step, or where in it.
    public let place: String
    /// What has to be there.
    public let expected: String
    /// What is there.
    public let found: String

    /// An error whose line reads `subject: place: expected ..., found ...`; line breaks become spaces.
    public init(_ subject: String, place: String, expected: String, found: String) {
        func oneLine(_ text: String) -> String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }
        (self.subject, self.place) = (oneLine(subject), oneLine(place))
        (self.expected, self.found) = (oneLine(expected), oneLine(found))
    }

    /// The same line as `error`'s.
    public init(_ error: ArrayFileError) {
        self.init(error.path, place: error.place, expected: error.expected, found: error.found)
    }

    /// The error in one line.
    public var description: String { "\(subject): \(place): expected \(expected), found \(found)" }
}
