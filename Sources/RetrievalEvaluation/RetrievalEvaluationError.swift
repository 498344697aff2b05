/// An evaluation that cannot go on from what a folder holds, told in one line.
public struct RetrievalEvaluationError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The file.
    public let path: String
    /// What should be there.
    public let expected: String
    /// What is.
    public let found: String

    /// `path: expected ..., found ...`.
    public var description: String { "\(path): expected \(expected), found \(found)" }
}
