import Foundation

/// Something wrong with an array file, told in one line.
public struct ArrayFileError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The file.
    public let path: String
    /// Where in the file, or which step of handling it.
    public let place: String
    /// What has to stand there.
    public let expected: String
    /// What stands there.
    public let found: String

    /// An error whose line reads `path: place: expected ..., found ...`.
    public init(path: String, place: String, expected: String, found: String) {
        self.path = path
        self.place = place
        self.expected = expected
        self.found = found
    }

    /// The error in one line.
    public var description: String { "\(path): \(place): expected \(expected), found \(found)" }

    /// A failed system call; `code` is the `errno` it left.
    static func system(_ path: String, place: String, expected: String, code: Int32) -> ArrayFileError {
        ArrayFileError(path: path, place: place, expected: expected, found: String(cString: strerror(code)))
    }
}
