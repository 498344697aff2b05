import AsCLBase
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import Testing

@testable import RetrievalTraining

@Suite struct TrainingSplitsTests {
    private let folder: ScratchFolder

    init() throws {
        folder = try ScratchFolder()
        for (seed, name, images) in [(3, "train", 10), (4, "val", 6)] {
            var data = TinyData(images: images, captionsPerImage: 2)
            data.seed = UInt64(seed)
            try data.write(name, to: folder)
        }
    }

    private func splits(_ overrides: String...) throws -> (train: RetrievalSplit, validation: RetrievalSplit) {
        var configuration = TrainingConfiguration()
        try configuration.apply(overrides: overrides)
        return try configuration.splits(of: Dataset(path: folder.path))
    }

    private func captions(_ split: String, _ images: Range<Int>) throws -> [String] {
        try Dataset(path: folder.path).split(split).subset(images: Array(images)).captions
    }

    @Test func `as many images as asked for are taken from the first`() throws {
        let few = try splits("data.train_images=7", "data.validation_images=4")
        #expect(try few.train.captions == captions("train", 0..<7))
        #expect(try few.validation.captions == captions("val", 0..<4))
        let all = try splits("data.validation_images=99")
        #expect((all.train.imageCount, all.validation.imageCount) == (10, 6))
    }

    @Test func `what is left out is said with its number`() throws {
        var configuration = TrainingConfiguration()
        try configuration.apply(overrides: ["data.validation_images=99", "training.batch_size=19"])
        let (train, validation) = try configuration.splits(of: Dataset(path: folder.path))
        #expect(
            configuration.notices(train, validation) == [
                "val: all 6 images serve, where data.validation_images asks for 99",
                "1 of 20 pairs is left out of each epoch: a last batch of one has no negatives",
            ])
        configuration = TrainingConfiguration()
        configuration.training.batchSize = 20
        #expect(configuration.notices(train, validation).isEmpty)
        #expect(
            configuration.notices(train, validation.subset(images: [2]))
                == ["val: of 1 image every ranking is right, so the first epoch's model is kept"])
    }

    @Test func `a querybank larger than the data is all of them, which is said`() throws {
        var configuration = TrainingConfiguration()
        try configuration.apply(overrides: ["model.method=dual_encoder", "model.querybank=11", "training.batch_size=8"])
        let (train, validation) = try configuration.splits(of: Dataset(path: folder.path))
        let notice = "train: all 10 images are in the querybank, where model.querybank asks for 11"
        #expect(configuration.notices(train, validation) == [notice])
        let encoder = try TinyTextEncoder.load(writingTo: folder.path + "/bert")
        func size() throws -> Int? {
            let shape = try configuration.modelConfiguration(for: train, encoder)
            return (shape as? BaselineConfiguration)?.querybank?.size
        }
        #expect(try size() == 10)
        configuration.model.querybank = 9
        #expect(try size() == 9)
    }

    @Test func `one image to train on is refused`() throws {
        let error = try #require(throws: InputError.self) { try splits("data.train_images=1") }
        #expect(error.reason == "train split: expected at least 2 images to tell apart, found 1")
    }

    @Test func `of a split that also validates the last images are held out`() throws {
        let held = try splits("data.validation_split=train", "data.validation_images=3")
        #expect(try held.train.captions == captions("train", 0..<7))
        #expect(try held.validation.captions == captions("train", 7..<10))
        let fewer = try splits("data.validation_split=train", "data.validation_images=3", "data.train_images=2")
        #expect(try fewer.train.captions == captions("train", 0..<2))
        #expect(try fewer.validation.captions == captions("train", 7..<10))
    }

    @Test(arguments: [
        (["data.train_images=11"], "data.train_images: expected at most 10, the images of the split, found 11"),
        (
            ["data.validation_split=train", "data.validation_images=10"],
            "data.validation_images: expected to leave at least 1 of 10 images to train on, found 10"
        ),
        (
            ["data.validation_split=train", "data.validation_images=3", "data.train_images=8"],
            "data.validation_images: expected to leave at least 8 of 10 images to train on, found 3"
        ),
        (
            ["data.validation_split=train"],
            "data.validation_images: expected how many images of train to hold out, as it is both train_split and "
                + "validation_split, found 0"
        ),
    ])
    func `more images than there are are refused by the key`(overrides: [String], message: String) throws {
        let error = #expect(throws: TrainingError.self) {
            var configuration = TrainingConfiguration()
            try configuration.apply(overrides: overrides)
            _ = try configuration.splits(of: Dataset(path: folder.path))
        }
        #expect("\(try #require(error))".hasSuffix(message))
    }
}
