import AsCLBase
import RetrievalData
import RetrievalModels
import Torch

extension RetrievalModel {
    /// Images of a split made ready to be scored.
    /// - Throws: `InputError` naming the file and row of an image of which no score can come.
    func scorable<Scorer: PairScorer>(
        _ images: [Int], of split: RetrievalSplit, _ scorer: Scorer, in precision: Precision
    ) throws -> Scorer.Images {
        func scorable(_ images: [Int]) throws -> Scorer.Images {
            try scorer.scorable(self.images(split, images), in: precision)
        }
        do {
            return try scorable(images)
        } catch let error as TorchError {
            // Which of them it was, the error does not say in the data's own terms.
            for image in images {
                do {
                    _ = try scorable([image])
                } catch let own as TorchError {
                    let (path, row) = split.place(ofImage: image)
                    throw InputError(
                        path: path, place: "row \(row)", expected: "features of which scores can come",
                        found: own.description)
                }
            }
            throw error
        }
    }
}
