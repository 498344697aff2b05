package import RetrievalData
package import RetrievalModels
import Torch

extension RetrievalModel {
    /// How well each region of some images agrees with a sentence, `[images][regions]` in [-1, 1]: see
    /// `AsCLModel.regionAgreement`. Nil where the method does not match regions with words by attention.
    /// - Parameter images: Numbers of the split's images.
    package func regionAgreement(
        of sentence: String, with split: RetrievalSplit, images: [Int]
    ) throws -> [[Float]]? {
        guard let model = scorer as? AsCLModel else { return nil }
        return try withoutGradients {
            let text = try model.project(encode(tokenize([sentence]).map(\.ids)))
            var agreement: [[Float]] = []
            for start in stride(from: 0, to: images.count, by: 128) {
                let part = Array(images[start..<min(start + 128, images.count)])
                let batch = try model.project(self.images(split, part))
                guard let block = try model.regionAgreement(batch, text) else { return nil }
                let values = try block.to(.float32).array(Float.self)
                agreement += part.indices.map { Array(values[$0 * split.regionCount..<($0 + 1) * split.regionCount]) }
            }
            return agreement
        }
    }
}
