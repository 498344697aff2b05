/// Numbers that no first stage can be searched with, told in one line.
public struct ShortlistError: Error, CustomStringConvertible, Sendable, Equatable {
    /// Which vector, term or score.
    public let place: String
    /// What should stand there.
    public let expected: String
    /// What does.
    public let found: String

    init(place: String, expected: String, found: some CustomStringConvertible) {
        self.place = place
        self.expected = expected
        self.found = found.description
    }

    /// `place: expected ..., found ...`.
    public var description: String { "\(place): expected \(expected), found \(found)" }
}
