import AsCLBase
import RetrievalModels
import TextEncoding
import Torch

// The loss of a batch too large to be computed at once, in the manner of GradCache (Gao et al. 2021): L is of the scores of
// all pairs, and what lies before the scores is computed twice, block by block, so that memory holds one block's graph.
extension BatchLoss {
    /// The same as of the whole batch, to rounding. What still grows with the batch are the words and, where the text
    /// encoder is trained, what its layers keep.
    /// - Parameter size: Pairs at a time.
    func backward(
        _ batch: [Int], by size: Int, _ trainingLoss: TrainingLoss, step: Int, _ scorer: some PairScorer,
        _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        let precision = configuration.training.precision
        let items = try model.computing(in: precision) { try self.items(batch, scorer, &generator) }
        let share = items.share
        func pieces(_ count: Int) -> [Range<Int>] {
            stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
        }
        let (pictures, sentences) = (pieces(batch.count), pieces(share.pairs.count))
        let words = try sentences.map { try WordPiece(items.texts, $0) }

        // Rows of blocks, in each a tensor a set of texts. The graph of a block goes with it.
        var rows = [[[Tensor]]](repeating: [], count: pictures.count)
        try forEachBlock(items, pictures, words, scorer) { row, column, scores in
            rows[row].append(
                try scores.detached().split(items.texts.map { _ in sentences[column].count }, dimension: 1))
        }
        let scores = try share.whole(
            items.texts.indices.map { set in
                try Tensor.concatenated(rows.map { row in try .concatenated(row.map { $0[set] }, dimension: 1) })
            })
        for tensor in scores { try tensor.setRequiresGradient(true) }
        let value = try model.computing(in: precision) {
            try trainingLoss(of: scores, excluded: items.excluded, lesson: items.lesson)
        }
        try expectNumber(value, step)
        try value.sum.backward()

        try forEachBlock(items, pictures, words, scorer) { row, column, block in
            let gradient = try Tensor.concatenated(
                scores.map { tensor in
                    let gradient = try tensor.gradient ?? tensor.zerosLike()
                    return try gradient.sliced(0, pictures[row]).sliced(1, share.pairs).sliced(1, sentences[column])
                }, dimension: 1)
            try block.backward(gradient, retainingGraph: column + 1 < sentences.count)
        }
        for (place, piece) in words.enumerated() { try piece.backward(retainingGraph: place + 1 < words.count) }
        return value
    }

    /// Computes S of one piece's images with another's texts, all pieces with all; images change last.
    private func forEachBlock(
        _ items: Items, _ pieces: [Range<Int>], _ words: [WordPiece], _ scorer: some PairScorer,
        _ body: (_ row: Int, _ column: Int, _ scores: Tensor) throws -> Void
    ) throws {
        let precision = configuration.training.precision
        for (row, pairs) in pieces.enumerated() {
            let images = try model.computing(in: precision) {
                try scorer.scorable(self.images(items, pairs), in: precision)
            }
            for (column, piece) in words.enumerated() {
                let scores = try model.computing(in: precision) {
                    let texts = try scorer.scorable(projected: piece.leaf, in: precision)
                    return try scorer.similarity(images, texts).to(.float32)
                }
                try body(row, column, scores)
            }
        }
    }
}

/// Projected words of some of a batch's pairs, set by set, cut off from what they were made of.
private struct WordPiece {
    /// What scores are made of; gathers the gradient.
    let leaf: TextBatch
    private let whole: TextBatch

    init(_ sets: [TextBatch], _ pairs: Range<Int>) throws {
        whole = try .joined(sets.map { try $0.selecting(Array(pairs)) })
        leaf = try whole.replacingRows(whole.rows.detached())
        try leaf.rows.setRequiresGradient(true)
    }

    /// Hands the gathered gradient on to what the words were made of.
    func backward(retainingGraph: Bool) throws {
        guard whole.rows.requiresGradient, let gradient = leaf.rows.gradient else { return }
        try whole.rows.backward(gradient, retainingGraph: retainingGraph)
    }
}
