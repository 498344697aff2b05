/// Numbers that no retrieval result can be computed from, told in one line.
public struct RetrievalMetricsError: Error, CustomStringConvertible, Sendable, Equatable {
    /// Which number, image or caption.
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
