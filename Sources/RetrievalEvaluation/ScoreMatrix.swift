public import ArrayFiles
public import RetrievalMetrics

/// All scores of an evaluation, for those who want the matrix itself: `[images, captions]`, whole in memory.
public struct ScoreMatrix {
    private let captions: Int
    private let images: Int
    private var scores: [Float]

    /// A matrix without scores yet: NaN everywhere.
    public init(truth: GroundTruth) {
        images = truth.imageCount
        captions = truth.captionCount
        scores = [Float](repeating: .nan, count: images * captions)
    }

    /// Takes a block's scores, row-major `[block.images, block.captions]`.
    public mutating func add(_ part: [Float], block: ScoreBlock) {
        let width = block.captions.count
        for (row, image) in block.images.enumerated() {
            let start = image * captions + block.captions.lowerBound
            scores.replaceSubrange(start..<start + width, with: part[row * width..<(row + 1) * width])
        }
    }

    /// Writes an npy file, float32 `[images, captions]`, beside and renamed.
    public func write(to path: String) throws(ArrayFileError) {
        let writer = try NumpyWriter(path: path, elementType: .float32, shape: [images, captions])
        try writer.append(scores)
        try writer.finish()
    }
}
