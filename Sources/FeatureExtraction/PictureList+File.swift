import ArrayFiles
package import AsCLBase
import Foundation
import RetrievalData

extension PictureList {
    /// The pictures that a text file names, one path a line, whose lines are also their names. A path is taken from
    /// `folder`, or from the list's own folder where that is nil. A blank line and a second line of the same path are
    /// errors.
    package static func file(
        _ path: String, folder: String? = nil, split: String = "all"
    ) throws(InputError) -> PictureList {
        let base = folder ?? path.parentPath
        var lineOfName: [[UInt8]: Int] = [:]
        var entries: [Entry] = []
        for (index, line) in try lines(of: path).enumerated() {
            let name = line.trimmingPrefix(while: \.isASCIISpace).reversed().trimmingPrefix(while: \.isASCIISpace)
                .reversed()
            guard !name.isEmpty else {
                throw InputError(
                    path: path, place: "line \(index + 1)", expected: "the path of a picture", found: "a blank line")
            }
            if let first = lineOfName.updateValue(index + 1, forKey: Array(name)) {
                throw InputError(
                    path: path, place: "line \(index + 1)", expected: "every path once",
                    found: "\(EscapedText.escape(name)) as in line \(first)")
            }
            entries.append(entry(name: Array(name)) { $0.hasPrefix("/") || base.isEmpty ? $0 : "\(base)/\($0)" })
        }
        return try PictureList(splits: [Split(name: split, entries: entries)], path: path)
    }

    private static func lines(of path: String) throws(InputError) -> [Data.SubSequence] {
        let data = try TextFile.read(path, expected: "a readable list of paths")
        var lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

extension UInt8 {
    fileprivate var isASCIISpace: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }
}
