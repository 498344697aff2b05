import Foundation
package import RetrievalData
package import RetrievalModels
import TextEncoding

extension WordSource {
    /// What a frozen text encoder makes of all captions of a split and of every positive that can be generated from them,
    /// in a mapped file: a run of many trainings encodes them once.
    /// - Parameters:
    ///   - folder: Where an earlier run of the same encoder and captions has left them, or where they are left.
    ///   - progress: Called with the texts encoded so far and their number.
    package init(
        _ model: RetrievalModel, samplesOf split: RetrievalSplit, in folder: String, progress: (Int, Int) -> Void
    ) throws {
        let texts =
            split.captions + split.captions.map(CaptionVariants.shortPositive)
            + split.captionsOfImage.flatMap { CaptionVariants.longPositives(captions: $0.map { split.captions[$0] }) }
        let tokens = try model.tokenize(texts).map(\.ids)
        try self.init(
            model, keeping: tokens, in: WordSource.file(for: model, tokens, in: folder), progress: progress)
    }

    /// About how large that file gets, in bytes: with five captions an image, the positives are eight times the captions.
    package static func estimatedBytes(ofSamplesOf split: RetrievalSplit, width: Int) -> Int {
        let words = split.captionsOfImage.reduce(0) { sum, captions in
            let own = captions.reduce(0) { $0 + split.captions[$1].utf8.count { $0 == 0x20 } + 1 }
            return sum + own + own / 2 + own * 2 * (captions.count - 1)
        }
        // A third more tokens than words.
        return words * 4 / 3 * width * MemoryLayout<Float>.stride
    }
}
