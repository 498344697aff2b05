package import RetrievalTraining

/// What an encoder is made of and how it is trained.
package struct EncoderRecipe: Sendable {
    /// The sizes of a tower.
    package struct Tower: Sendable {
        /// Values of a state.
        package var width: Int
        /// Layers one after the other.
        package var layers: Int
        /// Parts of a state that attend by themselves; a divisor of the width.
        package var heads: Int

        /// Values between the two products of a layer's second half.
        var innerWidth: Int { 4 * width }
    }

    /// Rows and columns of a picture and of a patch, in pixels.
    package var (pictureSize, patchSize) = (96, 12)
    /// The tower of pictures.
    package var vision = Tower(width: 128, layers: 3, heads: 4)
    /// The tower of texts.
    package var text = Tower(width: 128, layers: 2, heads: 4)
    /// Values of a vector in the common space.
    package var projectionSize = 128
    /// The most merges of the vocabulary, which has 514 tokens besides.
    package var mostMerges = 512
    /// Captions of a picture that a step looks at, or all where it has fewer.
    package var captionsPerPicture = 2
    /// By how many pixels a picture is shifted at most, each way, at each look; its border goes on.
    package var mostShift = 3
    /// The schedule: epochs are of pictures, and so are batches.
    package var training = TrainingConfiguration().training

    /// What serves a thousand Scenes, by their validation split: larger patches, larger batches, more captions at a time and
    /// pictures that are not shifted all do worse.
    package init() {
        training.epochs = 40
        training.batchSize = 50
        training.learningRate = 7e-4
        training.warmupSteps = 50
        training.learningRateDecay.shape = .cosine
        training.gradientClip = 1
    }
}
