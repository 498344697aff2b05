import ArrayFiles
import Foundation

/// Something wrong with a list of pictures or a folder of features, told in one line.
public struct FeatureExtractionError: Error, CustomStringConvertible, Sendable, Equatable {
    /// The file or folder.
    public let path: String
    /// Where in it, or which step of handling it.
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

    /// A failed system call, which left its `errno`.
    static func system(_ path: String, place: String, expected: String) -> FeatureExtractionError {
        FeatureExtractionError(path: path, place: place, expected: expected, found: String(cString: strerror(errno)))
    }

    /// Runs `body`, whose array file errors become errors of this target.
    static func wrapping<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as ArrayFileError {
            throw FeatureExtractionError(
                path: error.path, place: error.place, expected: error.expected, found: error.found)
        }
    }
}
