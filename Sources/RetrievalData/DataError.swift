public import ArrayFiles

/// Something wrong with a data set, told in one line.
public struct DataError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The file or folder.
    public let path: String
    /// Where in it: a line, a row, a split.
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

    /// The same line as `error`'s.
    public init(_ error: ArrayFileError) {
        self.init(path: error.path, place: error.place, expected: error.expected, found: error.found)
    }

    /// The error in one line.
    public var description: String { "\(path): \(place): expected \(expected), found \(found)" }

    /// Runs `body`, whose errors become data errors.
    static func wrapping<Result>(_ body: () throws(ArrayFileError) -> Result) throws(DataError) -> Result {
        do {
            return try body()
        } catch {
            throw DataError(error)
        }
    }
}
