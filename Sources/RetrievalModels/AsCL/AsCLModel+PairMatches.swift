package import Torch

/// What S_local of one pair is made of: how well every word matches what it attended to in the picture, every region what
/// it attended to in the sentence, and what the words' matches owe to each region (docs/method.md, Explanations).
package struct PairMatches: Sendable {
    /// S_local and S_global.
    package let local, global: Float
    /// R(w_j, v*_j), `[words]`, special tokens among them.
    package let words: [Float]
    /// Where the words look: softmax weights `[words][regions]`, the mean over heads.
    package let wordAttention: [[Float]]
    /// What each region adds to a word's match, `[words][regions]`; a row's sum is the match.
    package let shares: [[Float]]
    /// R(v_i, w*_i), `[regions]`.
    package let regions: [Float]
    /// Where the regions look: softmax weights `[regions][words]`, the mean over heads.
    package let regionAttention: [[Float]]
}

extension AsCLModel {
    /// The matches of one pair, by the attention that makes its score. Nil where the model has no attention.
    /// - Parameters:
    ///   - images: One image, projected: `[1, regions, D]` and `[1, D]`.
    ///   - words: One text, projected: `[words, D]`.
    package func matches(_ images: ImageBatch, _ words: Tensor) throws(TorchError) -> PairMatches? {
        guard let attention else { return nil }
        let regions = try images.regions.selected(0, 0)
        let ofWords = try matches(attention.textToImage, from: words, to: regions)
        let ofRegions = try matches(attention.imageToText, from: regions, to: words)
        let vectors = try plainGlobalVectors(regions, images.globals.selected(0, 0), words)
        let (wordMatches, regionMatches) = (try Self.numbers(ofWords.match), try Self.numbers(ofRegions.match))
        func mean(_ numbers: [Float]) -> Float { numbers.reduce(0, +) / Float(numbers.count) }
        return PairMatches(
            local: (mean(wordMatches) + mean(regionMatches)) / 2,
            global: Float(try cosine(vectors.image, vectors.text).item()),
            words: wordMatches, wordAttention: try Self.rows(ofWords.weights), shares: try Self.rows(ofWords.shares),
            regions: regionMatches, regionAttention: try Self.rows(ofRegions.weights))
    }

    /// Matches `[queries]` of one direction, the heads' mean weights and the shares `[queries, targets]`.
    ///
    /// x . y* is the sum over heads and targets of a_hn (x Z_h^O^T) . y_hn (docs/method.md, Score): each of its terms,
    /// divided by both lengths, is what a target adds to the cosine.
    private func matches(
        _ parameters: CrossAttention, from queries: Tensor, to targets: Tensor
    ) throws(TorchError) -> (match: Tensor, weights: Tensor, shares: Tensor) {
        let attended = try plainAttention(parameters, from: queries, to: targets)
        let sought = try queries.normalized(-1, smallest: 1e-8).matmul(parameters.output.weight)
        let width = configuration.jointDimension / configuration.heads
        var weights: [Tensor] = []
        var products: [Tensor] = []
        for (head, part) in try plainHeads(parameters, from: queries, to: targets).enumerated() {
            let columns = head * width..<(head + 1) * width
            weights.append(part.weights)
            products.append(try part.weights * sought.sliced(1, columns).matmul(part.values.transposed()))
        }
        let lengths = try attended.norm(-1, keepingDimensions: true).clamped(min: 1e-8)
        return (
            try cosine(queries, attended), try .stacked(weights).mean(0), try .stacked(products).sum(0) / lengths
        )
    }

    private static func numbers(_ tensor: Tensor) throws(TorchError) -> [Float] {
        try tensor.detached().to(device: .cpu).to(.float32).array(Float.self)
    }

    private static func rows(_ matrix: Tensor) throws(TorchError) -> [[Float]] {
        let (all, width) = (try numbers(matrix.contiguous()), matrix.shape[1])
        return (0..<matrix.shape[0]).map { Array(all[$0 * width..<($0 + 1) * width]) }
    }
}
