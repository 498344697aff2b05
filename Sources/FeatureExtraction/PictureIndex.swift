import ArrayFiles
import AsCLBase
import Foundation

/// A picture's name, equal by its bytes: two files may be called the same in two spellings of an accent.
package struct PictureName: Hashable, Sendable {
    /// As text.
    package let text: String

    /// Of its text.
    package init(_ text: String) { self.text = text }

    package static func == (left: PictureName, right: PictureName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// What was seen of every picture, so that a rerun need not read those that are as they were. Nothing is lost with it
/// but time.
struct PictureIndex {
    struct Picture {
        let stamp: FileStamp
        let digest: ContentDigest
    }

    var pictures: [PictureName: Picture] = [:]
    /// Digest of all that the finished files were made from.
    var assembled: ContentDigest?

    init() {}

    /// Reads a file that `write` made; an empty index where there is none, or anything else.
    init(path: String) {
        guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8)
        else { return }
        // By bytes: to Swift, a line break after a carriage return is a character of its own.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
        var pictures: [PictureName: Picture] = [:]
        for line in lines.dropFirst() {
            let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 3).map { Substring($0) }
            guard fields.count == 4, let digest = ContentDigest(hexadecimal: fields[0]), let size = Int(fields[1]),
                let modified = Int(fields[2])
            else { return }
            pictures[PictureName(String(fields[3]))] = Picture(
                stamp: FileStamp(size: size, modified: modified), digest: digest)
        }
        self.pictures = pictures
        assembled = lines.first.flatMap { ContentDigest(hexadecimal: Substring($0)) }
    }

    /// Writes the digest of the finished files, then `digest size time name` for each picture.
    func write(to path: String) throws {
        var text = (assembled?.hexadecimal ?? "-") + "\n"
        for (name, picture) in pictures.sorted(by: { $0.key.text.precedes($1.key.text) }) {
            text += "\(picture.digest.hexadecimal) \(picture.stamp.size) \(picture.stamp.modified) \(name.text)\n"
        }
        try AtomicFile.write(Data(text.utf8), to: path)
    }
}
