package import AsCLBase
import Foundation
import RetrievalData

/// Pictures in the order that their features will stand in.
package struct PictureList: Sendable {
    /// A picture, or something in its place that cannot be used.
    package enum Entry: Sendable, Equatable {
        /// `name` is the picture's line in `<split>_ids.txt`, and `path` where it lies.
        case picture(name: String, path: String)
        /// Something that has no features, with the reason; `name` has no control characters.
        case problem(name: String, reason: String)

        /// What it is called, whether it can be used or not.
        package var name: String {
            switch self {
            case .picture(let name, _), .problem(let name, _): name
            }
        }
    }

    /// The pictures whose features go to the files of one stem.
    package struct Split: Sendable, Equatable {
        /// The stem: `train` of `train_ims.npy`.
        package let name: String
        /// In the order of the features.
        package let entries: [Entry]
    }

    /// By name.
    package let splits: [Split]
    /// Karpathy's JSON, where the list was made from one.
    package let captionsPath: String?
    /// Files of the folder that are no pictures, and were left alone.
    package let otherFiles: [String]

    init(
        splits: [Split], path: String, captionsPath: String? = nil, otherFiles: [String] = []
    ) throws(InputError) {
        guard splits.contains(where: { !$0.entries.isEmpty }) else {
            throw InputError(
                path: path, place: "content", expected: "at least one picture",
                found: otherFiles.isEmpty ? "none" : "none among \(otherFiles.count) other files")
        }
        for split in splits where !Self.isStem(split.name) {
            throw InputError(
                path: path, place: "split", expected: "a name that can begin a file's", found: "'\(split.name)'")
        }
        self.splits = splits.sorted { $0.name.precedes($1.name) }
        self.captionsPath = captionsPath
        self.otherFiles = otherFiles
    }

    /// Its pictures of one split alone.
    /// - Throws: `InputError` naming the splits there are.
    package func only(_ path: String, split name: String) throws(InputError) -> PictureList {
        guard let split = splits.first(where: { $0.name == name }) else {
            throw InputError(
                path: path, place: "split", expected: "one of \(splits.map(\.name).joined(separator: ", "))",
                found: name)
        }
        return try PictureList(splits: [split], path: path, captionsPath: captionsPath)
    }

    /// Entries of all splits.
    package var count: Int { splits.reduce(0) { $0 + $1.entries.count } }

    /// Tells lists apart: names, their order and splits, and the captions that come along.
    package func digest() throws(InputError) -> ContentDigest {
        var text = ""
        for split in splits {
            text += "\(split.name)\n"
            for entry in split.entries {
                switch entry {
                case .picture(let name, _): text += "+\(name)\n"
                case .problem(let name, let reason): text += "-\(name)\t\(reason)\n"
                }
            }
        }
        if let captionsPath {
            text += try ContentDigest(ofFile: captionsPath).hexadecimal
        }
        return ContentDigest(of: text)
    }

    /// A picture under the bytes of its name, or a problem where a line of `_ids.txt` cannot keep that name.
    static func entry(name bytes: some Collection<UInt8>, path: (String) -> String) -> Entry {
        guard let name = String(validating: bytes, as: UTF8.self) else {
            return .problem(name: EscapedText.escape(bytes), reason: "a name that is not UTF-8")
        }
        // Whoever reads a list of names takes off the white space around each.
        let reason: String? =
            switch (name.utf8.contains(UInt8(ascii: "\n")), name.first, name.last) {
            case (true, _, _): "a name with a line break"
            case (_, let first?, let last?) where !first.isWhitespace && !last.isWhitespace: nil
            case (_, nil, _): "an empty name"
            default: "a name that begins or ends with white space"
            }
        if let reason { return .problem(name: EscapedText.escape(bytes), reason: reason) }
        return .picture(name: name, path: path(name))
    }

    private static func isStem(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && !name.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "/") }
    }
}
