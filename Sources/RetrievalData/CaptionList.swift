package import AsCLBase
import Foundation

/// Captions of pictures by the pictures' names: a Karpathy JSON, or lines of a name, a tab and a caption, as Flickr8k's
/// `name.jpg#0` lines are.
package struct CaptionList: Sendable {
    /// A picture's captions.
    package struct Entry: Sendable, Equatable {
        /// Its file's name, with the folders that the file tells.
        package let name: String
        /// One or more, trimmed.
        package fileprivate(set) var captions: [String]
    }

    /// In the file's order, each picture once. A JSON's pictures without captions are left out.
    package let entries: [Entry]

    /// Reads a file; JSON by its name.
    /// - Throws: `InputError` with the line where it is neither, or has no captions.
    package init(path: String) throws(InputError) {
        entries = path.lowercased().hasSuffix(".json") ? try Self.json(path) : try Self.lines(path)
        guard !entries.isEmpty else {
            throw InputError(path: path, place: "images", expected: "captions", found: "none")
        }
    }

    private static func json(_ path: String) throws(InputError) -> [Entry] {
        let file = try KarpathyFile(path: path)
        let captions = try file.captions(of: file.images, needed: false)
        return joined(
            zip(file.images, captions).map { image, captions in
                Entry(name: image.path, captions: captions)
            })
    }

    private static func lines(_ path: String) throws(InputError) -> [Entry] {
        var entries: [Entry] = []
        for (number, line) in try LineFile.read(path, item: "picture's name, tab and caption").enumerated() {
            let parts = line.split(separator: "\t", maxSplits: 1).map { String($0).trimmed }
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                throw InputError(
                    path: path, place: "line \(number + 1)", expected: "a picture's name, a tab and a caption",
                    found: String(line.prefix(60)).debugDescription)
            }
            // `#0` to `#4` number the captions of a picture.
            let name = parts[0].wholeMatch(of: /(.+)#\d+/).map { String($0.1) } ?? parts[0]
            entries.append(Entry(name: name, captions: [parts[1]]))
        }
        return joined(entries)
    }

    private static func joined(_ entries: [Entry]) -> [Entry] {
        var (places, joined) = ([String: Int](), [Entry]())
        for entry in entries where !entry.captions.isEmpty {
            if let place = places[entry.name] {
                joined[place].captions += entry.captions
            } else {
                places[entry.name] = joined.count
                joined.append(entry)
            }
        }
        return joined
    }
}
