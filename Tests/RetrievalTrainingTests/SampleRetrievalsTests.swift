import RetrievalEvaluation
import Testing

@testable import RetrievalTraining

@Suite struct SampleRetrievalsTests {
    /// 12 images of 2 captions; the score of image i with caption c is -|i - c / 2 - 1|, so that the image behind the
    /// caption's own is best, and its own and the one behind that are as good as each other.
    private func filled() throws -> SampleRetrievals {
        let training = try TinyTraining(images: 12, captionsPerImage: 2)
        var samples = SampleRetrievals(training.split)
        for images in [5..<12, 0..<5] {
            for captions in [0..<10, 10..<24] {
                let scores = images.flatMap { image in captions.map { -Float(abs(image - $0 / 2 - 1)) } }
                samples.add(ScoreBlock(images: images, captions: captions), scores)
            }
        }
        return samples
    }

    @Test func `sentences from all over the split have their best images and their own image's rank`() throws {
        let training = try TinyTraining(images: 12, captionsPerImage: 2)
        let found = try filled().retrievals
        #expect(found.map(\.sentence) == [0, 2, 4, 7, 9].map { training.split.captions[2 * $0] })
        #expect(found.map(\.rank) == [3, 3, 3, 3, 3])
        #expect(found.map { $0.hits[0].image } == [1, 3, 5, 8, 10])
        #expect(found.allSatisfy { $0.hits.count == 4 && $0.hits[0].score == 0 && !$0.hits[0].isRight })
        #expect(found.allSatisfy { $0.hits.count(where: \.isRight) == 1 && $0.hits[1].isRight })
    }

    @Test func `as Markdown they are a table whatever the sentence`() {
        let retrieval = SampleRetrievals.Retrieval(
            sentence: "a | b\n*c*", rank: 2,
            hits: [
                .init(image: 3, name: "x_1.png", score: 0.5, isRight: false),
                .init(image: 4, name: "y.png", score: 0.25, isRight: true),
            ])
        #expect(
            [retrieval].markdown == """
                | sentence | rank | images |
                |---|---|---|
                | a \\| b \\*c\\* | 2 | x\\_1.png (0.500), **y.png (0.250)** |
                """)
    }

    @Test func `the rank is that of the validation`() throws {
        let training = try TinyTraining()
        let evaluator = try Evaluator(training.model(), training.split)
        var samples = SampleRetrievals(training.split)
        let ranks = try evaluator.ranks(onBlock: { block, scores, _ in samples.add(block, scores) })
        let captions = samples.retrievals.compactMap { training.split.captions.firstIndex(of: $0.sentence) }
        #expect(samples.retrievals.map(\.rank) == captions.map { ranks.textToImage[$0] })
    }
}
