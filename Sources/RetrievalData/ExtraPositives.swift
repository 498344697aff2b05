import ArrayFiles
package import AsCLBase
import Foundation

/// Captions that describe an image they were not written for, as judged by people (ECCV Caption and its like).
///
/// The file is a JSON object `{"<image>": [caption, ...], ...}`: the image by its file name, or where the split has no
/// such name by its number; the captions by theirs; both counted from 0 in the split.
package enum ExtraPositives {
    /// The images of each caption of `split`: its own first, then those that the file adds. A pair may be named again;
    /// an image named twice, or one that the split does not have, and a caption out of range are errors.
    package static func read(_ path: String, split: RetrievalSplit) throws(InputError) -> [[Int]] {
        let captionsOfName = try decoded(path)
        let images = Dictionary(grouping: (split.imageNames ?? []).enumerated(), by: \.element)
            .mapValues { $0.map(\.offset) }
        var imagesOfCaption = split.imageOfCaption.map { [$0] }
        // In order, so that of several errors it is always the same one that is told.
        for (name, captions) in captionsOfName.sorted(by: { $0.key < $1.key }) {
            let image = try image(name, among: images, of: split, path: path)
            for (index, caption) in captions.enumerated() {
                guard imagesOfCaption.indices.contains(caption) else {
                    throw InputError(
                        path: path, place: "image \(name), entry \(index)",
                        expected: "a caption of 0 ..< \(imagesOfCaption.count) (split \(split.name))",
                        found: "\(caption)")
                }
                if !imagesOfCaption[caption].contains(image) { imagesOfCaption[caption].append(image) }
            }
        }
        return imagesOfCaption
    }

    private static func image(
        _ name: String, among images: [String: [Int]], of split: RetrievalSplit, path: String
    ) throws(InputError) -> Int {
        let named = images[name] ?? []
        if let image = named.first, named.count == 1 { return image }
        if named.isEmpty, let image = Int(name), (0..<split.imageCount).contains(image) { return image }
        throw InputError(
            path: path, place: "image \(name)",
            expected: "a file name or a number of 0 ..< \(split.imageCount) (split \(split.name))",
            found: named.isEmpty ? "neither" : "the name of \(named.count) images")
    }

    private static func decoded(_ path: String) throws(InputError) -> [String: [Int]] {
        let expected = #"{"image": [caption, ...], ...}"#
        let file = try MappedFile(path: path)
        defer { withExtendedLifetime(file) {} }
        let bytes = try TextFile.withoutMark(file.bytes, path: path)
        guard !bytes.isEmpty else {
            throw InputError(path: path, place: "content", expected: expected, found: "an empty file")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(
                path: path, place: "content", expected: "UTF-8 text", found: "bytes that are not UTF-8")
        }
        let captions: [String: [Int]]
        do {
            captions = try JSONDecoder().decode([String: [Int]].self, from: Data(text.utf8))
        } catch let error as DecodingError {
            throw InputError(path: path, place: "JSON", expected: expected, found: error.oneLine)
        } catch {
            throw InputError(path: path, place: "JSON", expected: expected, found: error.localizedDescription)
        }
        // The decoder keeps one of several members of the same name and says nothing.
        let members = memberCount(text)
        guard members == captions.count else {
            throw InputError(
                path: path, place: "JSON", expected: "every image once",
                found: "\(members) entries of \(captions.count) images")
        }
        return captions
    }

    /// Members of an object whose values are no objects: one colon each that is not part of a string.
    private static func memberCount(_ json: String) -> Int {
        var (count, inString, escaped) = (0, false, false)
        for byte in json.utf8 {
            switch byte {
            case _ where escaped: escaped = false
            case UInt8(ascii: "\\"): escaped = inString
            case UInt8(ascii: "\""): inString.toggle()
            case UInt8(ascii: ":") where !inString: count += 1
            default: break
            }
        }
        return count
    }
}
