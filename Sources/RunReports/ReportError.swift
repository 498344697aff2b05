import ArrayFiles
import Foundation

/// Something that no report can be made of, told in one line.
public struct ReportError: Error, CustomStringConvertible, Sendable, Equatable {
    /// Which part of the report, program or file.
    public let place: String
    /// What should stand there.
    public let expected: String
    /// What does.
    public let found: String

    init(place: String, expected: String, found: String) {
        self.place = place.onOneLine
        self.expected = expected.onOneLine
        self.found = found.onOneLine
    }

    /// `place: expected ..., found ...`.
    public var description: String { "\(place): expected \(expected), found \(found)" }

    /// Writes a file, which appears whole or not at all.
    static func writing(_ data: Data, to path: String) throws(ReportError) {
        do {
            try AtomicFile.write(data, to: path)
        } catch {
            throw ReportError(place: "\(error.path): \(error.place)", expected: error.expected, found: error.found)
        }
    }
}
