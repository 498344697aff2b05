import AsCLBase
import RetrievalModels

/// What a search by an inverted index finds and costs, where so many terms of each vector are kept.
package struct TermSearch: Encodable, Sendable {
    /// The most terms of a vector; nil keeps all.
    package let kept: Int?
    /// Mean terms of an image and of a caption.
    package let termsOfImage, termsOfCaption: Double
    /// Postings that a caption's search looks at, on the average; a full table of scores has one for each image and term.
    package let postings: Double
    /// Memory of the index of images.
    package let bytes: Int
    /// What is found.
    package let result: RetrievalResult

    enum CodingKeys: String, CodingKey {
        case kept, postings, bytes, result
        case termsOfImage = "terms_of_image"
        case termsOfCaption = "terms_of_caption"
    }

    /// Searches for every caption's images and every image's captions.
    /// - Throws: `InputError` where more terms are to be kept than there are.
    package init(_ vectors: TermVectors, _ truth: GroundTruth, keeping kept: Int?) throws {
        if let kept {
            guard kept <= vectors.images.width else {
                throw InputError(
                    place: "terms to keep", expected: "at most \(vectors.images.width), the model's terms", found: kept)
            }
        }
        let images = try kept.map { most throws(InputError) in try vectors.images.cut(to: most) } ?? vectors.images
        let captions =
            try kept.map { most throws(InputError) in try vectors.captions.cut(to: most) } ?? vectors.captions
        let index = try InvertedIndex(images)
        self.kept = kept
        termsOfImage = Double(images.terms.count) / Double(max(images.count, 1))
        termsOfCaption = Double(captions.terms.count) / Double(max(captions.count, 1))
        let touched = (0..<captions.count).reduce(0) { $0 + index.postings(of: captions[$1]) }
        postings = Double(touched) / Double(max(captions.count, 1))
        bytes = index.statistics.bytes
        result = try RetrievalResult(
            RetrievalRanks(
                imageToText: Self.ranks(of: images, in: InvertedIndex(captions), truth.captionsOfImage),
                textToImage: Self.ranks(of: captions, in: index, truth.imagesOfCaption)))
    }

    /// The rank of each query's best right item, ties counted against it; what shares no term with the query scores nothing.
    private static func ranks(
        of queries: SparseVectors, in index: InvertedIndex, _ right: [[Int]]
    ) throws(InputError) -> [Int?] {
        var accumulator = InvertedIndex.Accumulator()
        var ranks: [Int?] = []
        for query in 0..<queries.count {
            var scores = [Float](repeating: 0, count: index.itemCount)
            for (item, score) in try index.search(queries[query], top: index.itemCount, reusing: &accumulator) {
                scores[item] = score
            }
            guard let best = right[query].map({ scores[$0] }).max() else {
                ranks.append(nil)
                continue
            }
            let isRight = Set(right[query])
            ranks.append(1 + scores.indices.count { scores[$0] >= best && !isRight.contains($0) })
        }
        return ranks
    }
}
