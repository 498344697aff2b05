package import ArrayFiles
package import AsCLBase

/// How features are made and kept.
package struct ExtractionSettings: Sendable {
    /// `float16` or `float32`, of regions and of the pictures' own vectors.
    package var elementType: ElementType
    /// Threads that decode and encode, each its own batches.
    package var workers: Int
    /// Pictures that a worker encodes at once.
    package var batchSize: Int
    /// Pictures in a block, which is what a kill can lose at most.
    package var picturesPerBlock: Int
    /// This machine's part of the list; nil for all of it.
    package var shard: Shard?

    /// Makes settings; the three numbers have to be above 0.
    package init(
        elementType: ElementType = .float16, workers: Int = 1, batchSize: Int = 4, picturesPerBlock: Int = 128,
        shard: Shard? = nil
    ) {
        precondition(elementType == .float16 || elementType == .float32, "features are float16 or float32")
        precondition(workers > 0 && batchSize > 0 && picturesPerBlock > 0, "numbers above 0")
        self.elementType = elementType
        self.workers = workers
        self.batchSize = batchSize
        self.picturesPerBlock = picturesPerBlock
        self.shard = shard
    }
}
