import Foundation
package import RetrievalData
package import RetrievalModels
import TextEncoding
import Torch

/// What a frozen text encoder makes of all captions of a split and of every positive that can be generated from them, in a
/// mapped file: a run of many trainings encodes them once.
package struct KnownWords {
    private let encoded: EncodedCaptions
    private let places: [[Int32]: Int]

    /// About how large the file gets, in bytes: with five captions an image, the positives are eight times the captions.
    package static func estimatedBytes(_ split: RetrievalSplit, width: Int) -> Int {
        let words = split.captionsOfImage.reduce(0) { sum, captions in
            let own = captions.reduce(0) { $0 + split.captions[$1].utf8.count { $0 == 0x20 } + 1 }
            return sum + own + own / 2 + own * 2 * (captions.count - 1)
        }
        // A third more tokens than words.
        return words * 4 / 3 * width * MemoryLayout<Float>.stride
    }

    /// Encodes them, or finds them in `folder` where an earlier run of the same encoder and captions left them.
    /// - Parameter progress: Called with the texts encoded so far and their number.
    package init(
        _ model: RetrievalModel, _ split: RetrievalSplit, folder: String, progress: (Int, Int) -> Void
    ) throws {
        var places: [[Int32]: Int] = [:]
        var unique: [[Int32]] = []
        for tokens in try model.tokenize(Self.texts(of: split)).map(\.ids) where places[tokens] == nil {
            places[tokens] = unique.count
            unique.append(tokens)
        }
        self.places = places
        let file = try EncodedCaptions.file(for: model, unique, in: folder)
        encoded = try EncodedCaptions(model, unique, in: file, progress: progress)
    }

    /// Every caption, its short positive and all long positives of its image.
    private static func texts(of split: RetrievalSplit) -> [String] {
        split.captions + split.captions.map(CaptionVariants.shortPositive)
            + split.captionsOfImage.flatMap { CaptionVariants.longPositives(captions: $0.map { split.captions[$0] }) }
    }

    /// Raw word vectors of texts, nil where one of them is none of those known.
    func words(ofTokens tokens: [[Int32]], on device: Device) throws -> TextBatch? {
        let known = tokens.compactMap { places[$0] }
        return known.count == tokens.count ? try encoded.texts(known, on: device) : nil
    }
}
