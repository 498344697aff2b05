/// What to generate: how many scenes of each split, from which seed.
public struct SceneConfiguration: Codable, Sendable, Equatable {
    /// Two seeds make two data sets; one seed makes the same bytes wherever it runs.
    public var seed: UInt64
    /// Scenes to learn from.
    public var trainCount: Int
    /// Scenes to choose the best epoch by.
    public var valCount: Int
    /// Scenes to report on.
    public var testCount: Int
    /// Scenes of which each shows a colour-kind pair that the other splits never show.
    public var compositionalCount: Int

    /// The sizes of the demonstration, unless told otherwise; counts below two are refused when generating.
    public init(
        seed: UInt64 = 1, trainCount: Int = 2000, valCount: Int = 200, testCount: Int = 400,
        compositionalCount: Int = 200
    ) {
        self.seed = seed
        self.trainCount = trainCount
        self.valCount = valCount
        self.testCount = testCount
        self.compositionalCount = compositionalCount
    }

    /// The splits in the order in which they are generated.
    var splits: [(name: String, count: Int)] {
        [("train", trainCount), ("val", valCount), ("test", testCount), (Self.compositional, compositionalCount)]
    }

    static let compositional = "compositional"

    /// A split needs two scenes at least, for a caption to be ranked against another's.
    func validate() throws(SceneError) {
        for split in splits where split.count < 2 {
            throw .count(split: split.name, found: split.count)
        }
    }
}
