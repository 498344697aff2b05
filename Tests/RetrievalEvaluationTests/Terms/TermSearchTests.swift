import AsCLBase
import RetrievalModels
import Testing

@testable import RetrievalEvaluation

@Suite struct TermSearchTests {
    private static func sparse(_ rows: [[Float]]) throws -> SparseVectors {
        var vectors = SparseVectors(width: rows[0].count)
        try vectors.append(dense: rows.flatMap(\.self))
        return vectors
    }

    /// Three images of two captions each, by four terms that are called after the tokens 7, 8, 9 and 5.
    private static func given() throws -> (TermVectors, GroundTruth) {
        let images: [[Float]] = [[0.9, 0.3, 0, 0], [0, 0.8, 0.5, 0.1], [0.1, 0, 0.9, 0]]
        let captions: [[Float]] = [
            [0.8, 0.1, 0, 0], [0, 0.5, 0.4, 0], [0, 0.9, 0, 0.2], [0.7, 0, 0.6, 0], [0, 0, 0.9, 0], [0, 0, 0, 1],
        ]
        let vectors = TermVectors(images: try sparse(images), captions: try sparse(captions), tokens: [7, 8, 9, 5])
        return (vectors, try GroundTruth(imageOfCaption: [0, 0, 1, 1, 2, 2], imageCount: 3))
    }

    @Test func `ranks are those of the products, and what shares no term comes behind`() throws {
        let (vectors, truth) = try Self.given()
        let search = try TermSearch(vectors, truth, keeping: nil)
        // By products: captions 0, 2, 4 find their image first; 1 (0.15, 0.6, 0.36) ranks third, 3 (0.63, 0.3, 0.61) third;
        // 5 shares no term with its image, which then ties with the first behind the second.
        #expect(search.result.textToImage.r1 == 50 && search.result.textToImage.medianRank == 2)
        #expect(search.result.imageToText.r1 == 100)
        #expect(search.termsOfImage == 7.0 / 3 && search.termsOfCaption == 10.0 / 6)
        // Terms stand in 2, 2, 2 and 1 images.
        #expect(search.postings == Double(4 + 4 + 3 + 4 + 2 + 1) / 6)
        #expect(search.bytes == 7 * 8 + 5 * 8)
    }

    @Test func `the heaviest terms are kept`() throws {
        let (vectors, truth) = try Self.given()
        let search = try TermSearch(vectors, truth, keeping: 1)
        #expect(search.termsOfImage == 1 && search.termsOfCaption == 1)
        #expect(search.postings == Double(1 + 1 + 1 + 1 + 1 + 0) / 6)
        #expect(search.bytes == 3 * 8 + 5 * 8)
        // Caption 1 asks by the second term for the second image, caption 3 by the first for the first, caption 5 in vain.
        #expect(search.result.textToImage.r1 == 50 && search.result.textToImage.medianRank == 2)
        let cut = try vectors.images.cut(to: 2)
        #expect((0..<3).map { cut[$0].map(\.term) } == [[0, 1], [1, 2], [0, 2]])
        #expect(vectors.images.heaviest(of: 1).map(\.term) == [1, 2, 3])
        // Of equal weights the lower term.
        #expect(try Self.sparse([[0.5, 0.5, 0.5]]).cut(to: 2)[0].map(\.term) == [0, 1])
    }

    @Test func `more terms than there are cannot be kept`() throws {
        let (vectors, truth) = try Self.given()
        let error = #expect(throws: InputError.self) { try TermSearch(vectors, truth, keeping: 5) }
        #expect(error?.description == "terms to keep: expected at most 4, the model's terms, found 5")
        #expect(try TermSearch(vectors, truth, keeping: 4).result == TermSearch(vectors, truth, keeping: nil).result)
    }

    @Test func `terms are read in an image's own captions, and in another's`() throws {
        let (vectors, truth) = try Self.given()
        let captions: [[Int32]] = [[7, 30], [7, 8], [8], [9], [5, 9], [31]]
        let reading = TermReading(vectors, captions: captions, truth)
        #expect(reading.readings.map { $0.map(\.token) } == [[7, 8], [8, 9, 5], [9, 7]])
        #expect(reading.readings.map { $0.map(\.isSaid) } == [[true, true], [true, true, false], [true, false]])
        #expect(abs(reading.own - 100 * (1 + 2.0 / 3 + 0.5) / 3) < 1e-9)
        // A circle through all three images, in one of its two directions: by hand.
        let circles = [(0.5 + 2.0 / 3 + 0.5) / 3, (0.0 + 1.0 / 3 + 0.5) / 3]
        #expect(circles.contains { abs(reading.shuffled - 100 * $0) < 1e-9 }, "\(reading.shuffled)")
        #expect(reading.images == 3)
    }
}
