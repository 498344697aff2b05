package import RetrievalData
package import RetrievalModels

extension RetrievalModel {
    /// Why some images of a split have their scores with a sentence, in their order. Nil where the method does not match
    /// regions with words by attention.
    /// - Parameter images: Numbers of the split's images.
    package func explanations(
        of sentence: String, with split: RetrievalSplit, images: [Int]
    ) throws -> [Explanation]? {
        guard let explain = try Explainer(self, sentence) else { return nil }
        return try images.compactMap { image in
            try explain(self.images(split, [image]), boxes: split.boxes(ofImage: image))
        }
    }
}
