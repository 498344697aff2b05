import AsCLBase
import Foundation
import ImageEncoding
import Synchronization

/// Features that follow from a picture's first values, and a count of the pictures encoded.
final class FakeEncoder: PictureEncoder {
    let shape = FeatureShape(regions: 2, regionDimension: 3, globalDimension: 4, hasClasses: true)
    let identity: String
    let classNames = ["cat", "dog", "fish"]
    private let encoded = Mutex<[String]>([])

    init(identity: String = "fake") { self.identity = identity }

    /// Contents of the pictures encoded so far, sorted.
    var contents: [String] { encoded.withLock { $0.sorted() } }

    func forget() { encoded.withLock { $0 = [] } }

    func smallestUsefulSize(width: Int, height: Int) -> PictureSize { PictureSize(width: width, height: height) }

    /// A text that begins with `poison` fails the whole batch; `nan` and `large` give such numbers.
    func encode(_ pictures: [Picture]) throws -> [PictureFeatures] {
        let texts = pictures.map { picture in
            String(decoding: stride(from: 0, to: picture.pixels.count, by: 3).map { picture.pixels[$0] }, as: UTF8.self)
        }
        if texts.contains(where: { $0.hasPrefix("poison") }) { throw Refusal(text: "out of memory") }
        encoded.withLock { $0 += texts }
        return texts.map { Self.features(of: $0) }
    }

    static func features(of text: String) -> PictureFeatures {
        var seed = text.utf8.reduce(7) { ($0 * 31 + Int($1)) % 1009 }
        func next() -> Float {
            seed = (seed * 57 + 11) % 1009
            return Float(seed) / 8
        }
        var regions = (0..<6).map { _ in next() }
        if text.hasPrefix("nan") { regions[4] = .nan }
        if text.hasPrefix("large") { regions[5] = 70_000 }
        return PictureFeatures(
            regions: regions, global: (0..<4).map { _ in next() }, boxes: (0..<8).map { _ in next() / 128 },
            classes: [0, 2], confidences: [0.75, 0.5])
    }

    /// Takes a text file for a picture; one that begins with `broken` or `odd` cannot be decoded.
    @Sendable static func decode(_ path: String) throws -> Picture {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        if bytes.starts(with: Data("broken".utf8)) { throw Refusal(text: "not a picture\nat all") }
        if bytes.starts(with: Data("odd".utf8)) {
            throw InputError(path: path, place: "header", expected: "a picture", found: "a riddle")
        }
        return Picture(width: bytes.count, height: 1, pixels: bytes.flatMap { [$0, $0, $0] })
    }
}

struct Refusal: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
