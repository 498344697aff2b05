package import AsCLBase
import Foundation

/// `failed.tsv`: a line for each picture without features, with its reason.
package struct FailureTable {
    package static let name = "failed.tsv"
    private static let header = "name\treason"

    /// Escaped names with their reasons, sorted.
    package let lines: [String]

    /// Joins lines as they come from tables, in any order.
    package init(lines: [String]) {
        // A tab is smaller than whatever stands in an escaped name, so that this is the order of the names.
        self.lines = lines.sorted { $0.precedes($1) }
    }

    /// A table of names that are escaped already.
    package init(_ failures: [(name: String, reason: String)]) {
        self.init(lines: failures.map { "\($0.name)\t\(EscapedText.escape($0.reason.utf8))" })
    }

    /// Reads the table of a folder; where there is none nothing failed.
    package init(folder: String) throws(InputError) {
        let path = "\(folder)/\(Self.name)"
        guard let data = FileManager.default.contents(atPath: path) else {
            self.init(lines: [])
            return
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.first == Self.header else {
            throw InputError(
                path: path, place: "line 1", expected: "name and reason", found: lines.first ?? "an empty file")
        }
        self.init(lines: Array(lines.dropFirst()))
    }

    /// The file's content.
    package var text: String { ([Self.header] + lines).map { $0 + "\n" }.joined() }
}
