import AsCLBase
import RetrievalEvaluation
import Testing

@Suite struct GroundTruthTests {
    @Test func `both ways are known, whatever the counts`() throws {
        let truth = try GroundTruth(imagesOfCaption: [[2], [0, 2, 0], [], [2]], imageCount: 4)
        #expect(truth.imagesOfCaption == [[2], [0, 2], [], [2]])
        #expect(truth.captionsOfImage == [[1], [], [0, 1, 3], []])
    }

    @Test func `an image that does not exist is named with its caption`() {
        let error = #expect(throws: InputError.self) {
            try GroundTruth(imageOfCaption: [0, 3], imageCount: 3)
        }
        #expect(error?.description == "caption 1: expected an image of 3, found 3")
        #expect(throws: InputError.self) { try GroundTruth(imageOfCaption: [-1], imageCount: 3) }
    }

    @Test func `nothing to ask is refused`() {
        #expect(throws: InputError.self) { try GroundTruth(imageOfCaption: [], imageCount: 3) }
        #expect(throws: InputError.self) { try GroundTruth(imagesOfCaption: [[], []], imageCount: 3) }
    }

    @Test func `folds are consecutive images with their captions`() throws {
        let truth = try GroundTruth(imageOfCaption: [3, 0, 0, 1, 2, 2], imageCount: 4)
        let folds = try truth.folds(imagesPerFold: 2)
        #expect(folds.map(\.images) == [0..<2, 2..<4])
        #expect(folds.map(\.captions) == [[1, 2, 3], [0, 4, 5]])
        #expect(folds.map(\.truth.imagesOfCaption) == [[[0], [0], [1]], [[1], [0], [0]]])
        #expect(throws: InputError.self) { try truth.folds(imagesPerFold: 3) }
        #expect(throws: InputError.self) { try truth.folds(imagesPerFold: 0) }
    }
}
