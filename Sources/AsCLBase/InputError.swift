import Foundation

/// Bad input, told in one line: the file, the place in it, what has to stand there and what does.
///
/// Every target throws it, so that whoever catches one knows them all. What libtorch refuses is a `TorchError`.
public struct InputError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The file, folder or address; nil where a value of the program's own arguments is at fault.
    public let path: String?
    /// Where in it, or which step of handling it; nil where the whole is meant.
    public let place: String?
    /// What has to stand there.
    public let expected: String
    /// What stands there.
    public let found: String
    /// The `errno` of the system call that failed, where one did; `found` says it in words.
    public let systemCode: Int32?

    /// An error whose line reads `path: place: expected ..., found ...`. Control characters, such as the line breaks in a
    /// hostile file's name, are written as escapes.
    public init(
        path: String? = nil, place: String? = nil, expected: String, found: some CustomStringConvertible,
        systemCode: Int32? = nil
    ) {
        self.path = path?.escapedForOneLine
        self.place = place?.escapedForOneLine
        self.expected = expected.escapedForOneLine
        self.found = found.description.escapedForOneLine
        self.systemCode = systemCode
    }

    /// The error in one line.
    public var description: String { (path.map { "\($0): " } ?? "") + reason }

    /// The line without the path, for where the path stands already.
    public var reason: String { (place.map { "\($0): " } ?? "") + "expected \(expected), found \(found)" }

    /// A failed system call.
    /// - Parameter code: The `errno` it left; by default the current one, so nothing may come between.
    package static func system(
        _ path: String, place: String, expected: String, code: Int32 = errno
    ) -> InputError {
        InputError(
            path: path, place: place, expected: expected, found: String(cString: strerror(code)), systemCode: code)
    }
}
