import AsCLBase
import Foundation
import RetrievalEvaluation
import Testing

@Suite struct EmbeddingGeometryTests {
    @Test func `distances are those worked out by hand`() throws {
        // Images along x and y; texts along x, y (both of image 0) and -x (of image 1). Lengths do not matter.
        let truth = try GroundTruth(imageOfCaption: [0, 0, 1], imageCount: 2)
        let geometry = try EmbeddingGeometry(
            images: [3, 0, 0, 0.5], texts: [1, 0, 0, 7, -2, 0], dimension: 2, truth: truth)
        let right = 2.0.squareRoot()
        #expect(abs(try #require(geometry.imageTextAlignment).mean - (0 + right + right) / 3) < 1e-6)
        #expect(abs(try #require(geometry.textTextAlignment).mean - right) < 1e-6)
        #expect(abs(try #require(geometry.imageUniformity).mean - right) < 1e-6)
        let texts = try #require(geometry.textUniformity)
        #expect(texts.pairs == 2)
        #expect(abs(texts.mean - (2 + right) / 2) < 1e-6)
        #expect(abs(texts.variance - pow((2 - right) / 2, 2)) < 1e-6)
    }

    @Test func `every pair is taken once on random vectors`() throws {
        let (images, captions, dimension) = (9, 20, 11)
        var generator = SeededGenerator(state: 3)
        func vectors(_ count: Int) -> [[Double]] {
            (0..<count).map { _ in (0..<dimension).map { _ in Double.random(in: -1...1, using: &generator) } }
        }
        func distance(_ a: [Double], _ b: [Double]) -> Double {
            func unit(_ v: [Double]) -> [Double] { v.map { $0 / v.reduce(0) { $0 + $1 * $1 }.squareRoot() } }
            return zip(unit(a), unit(b)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
        let (image, text) = (vectors(images), vectors(captions))
        let own = (0..<captions).map { $0 % 7 == 0 ? [$0 % images, ($0 + 1) % images] : [$0 % images] }
        let truth = try GroundTruth(imagesOfCaption: own, imageCount: images)
        let geometry = try EmbeddingGeometry(
            images: image.flatMap { $0.map(Float.init) }, texts: text.flatMap { $0.map(Float.init) },
            dimension: dimension,
            truth: truth)

        func expect(_ spread: DistanceSpread?, _ distances: [Double]) throws {
            let spread = try #require(spread)
            let mean = distances.reduce(0, +) / Double(distances.count)
            let variance = distances.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(distances.count)
            #expect(spread.pairs == distances.count)
            #expect(abs(spread.mean - mean) < 1e-5)
            #expect(abs(spread.variance - variance) < 1e-5)
        }
        let textPairs = (0..<captions).flatMap { a in (0..<a).map { (a, $0) } }
        let imagePairs = (0..<images).flatMap { a in (0..<a).map { (a, $0) } }
        func sameImage(_ a: Int, _ b: Int) -> Bool { !Set(own[a]).isDisjoint(with: own[b]) }
        try expect(
            geometry.imageTextAlignment,
            own.enumerated().flatMap { caption, own in own.map { distance(image[$0], text[caption]) } })
        try expect(
            geometry.textTextAlignment, textPairs.filter(sameImage).map { distance(text[$0], text[$1]) })
        try expect(geometry.imageUniformity, imagePairs.map { distance(image[$0], image[$1]) })
        try expect(
            geometry.textUniformity, textPairs.filter { !sameImage($0, $1) }.map { distance(text[$0], text[$1]) })
    }

    @Test func `what has no pairs is nil`() throws {
        let truth = try GroundTruth(imageOfCaption: [0], imageCount: 1)
        let geometry = try EmbeddingGeometry(images: [1], texts: [1], dimension: 1, truth: truth)
        #expect(geometry.imageTextAlignment?.mean == 0)
        #expect(geometry.textTextAlignment == nil)
        #expect(geometry.imageUniformity == nil)
        #expect(geometry.textUniformity == nil)
    }

    @Test(
        arguments: [
            ([1, 0, 0, 0], [1, 1], "image 1's embedding: expected a finite vector other than zero, found length 0.0"),
            (
                [1, 0, 0, 1], [1, .nan],
                "text 0's embedding: expected a finite vector other than zero, found length nan"
            ),
            ([1, 0, 0], [1, 1], "image embeddings: expected 2 x 2 values, found 3"),
            ([1, 0, 0, 1], [1, 1, 1, 1], "text embeddings: expected 1 x 2 values, found 4"),
        ] as [([Float], [Float], String)])
    func `bad vectors are named`(images: [Float], texts: [Float], expected: String) throws {
        let truth = try GroundTruth(imageOfCaption: [0], imageCount: 2)
        let error = #expect(throws: InputError.self) {
            try EmbeddingGeometry(images: images, texts: texts, dimension: 2, truth: truth)
        }
        #expect(error?.description == expected)
    }
}
