import AsCLBase

/// What to generate: how many scenes of each split, from which seed.
package struct SceneConfiguration: Codable, Sendable, Equatable {
    /// Two seeds make two data sets; one seed makes the same bytes wherever it runs.
    package var seed: UInt64
    /// Scenes to learn from.
    package var trainCount: Int
    /// Scenes to choose the best epoch by.
    package var valCount: Int
    /// Scenes to report on.
    package var testCount: Int
    /// Scenes of which each shows a colour-kind pair that the other splits never show.
    package var compositionalCount: Int
    /// Whether most scenes have a sign, whose word captions may mention. All else stays what it is without.
    package var signs: Bool

    /// The sizes of the demonstration, unless told otherwise; counts below two are refused when generating.
    package init(
        seed: UInt64 = 1, trainCount: Int = 2000, valCount: Int = 200, testCount: Int = 400,
        compositionalCount: Int = 200, signs: Bool = false
    ) {
        self.seed = seed
        self.trainCount = trainCount
        self.valCount = valCount
        self.testCount = testCount
        self.compositionalCount = compositionalCount
        self.signs = signs
    }

    /// The splits in the order in which they are generated.
    var splits: [(name: String, count: Int)] {
        [("train", trainCount), ("val", valCount), ("test", testCount), (Self.compositional, compositionalCount)]
    }

    static let compositional = "compositional"

    /// A split needs two scenes at least, for a caption to be ranked against another's.
    func validate() throws(InputError) {
        for split in splits where split.count < 2 {
            throw InputError(place: "scenes: \(split.name) count", expected: "at least 2", found: split.count)
        }
    }
}
