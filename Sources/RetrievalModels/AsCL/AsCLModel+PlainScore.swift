package import TextEncoding
package import Torch

extension AsCLModel {
    /// S pair by pair, head by head, just as the formulas stand (docs/method.md, Cross-modal fusion and Score): what
    /// the fast forms are held to.
    /// - Parameters:
    ///   - images: Projected, `[images, regions, D]`.
    ///   - texts: Projected, `[words, D]`.
    package func plainScores(_ images: ImageBatch, _ texts: TextBatch) throws(TorchError) -> PairScores {
        let starts = texts.offsets
        var locals: [Tensor] = []
        var globals: [Tensor] = []
        for image in 0..<images.count {
            let regions = try images.regions.selected(0, image)
            let own = try images.globals.selected(0, image)
            for text in texts.lengths.indices {
                let words = try texts.rows.sliced(0, starts[text]..<starts[text + 1])
                let (local, global) = try plainScore(regions, own, words)
                locals.append(local)
                globals.append(global)
            }
        }
        let shape = [images.count, texts.lengths.count]
        return try PairScores(
            local: .stacked(locals).reshaped(shape), global: .stacked(globals).reshaped(shape),
            localWeight: configuration.localWeight)
    }

    /// S_local and S_global of one pair: V `[regions, D]`, g `[D]`, W `[words, D]`.
    private func plainScore(
        _ regions: Tensor, _ own: Tensor, _ words: Tensor
    ) throws(TorchError) -> (local: Tensor, global: Tensor) {
        guard let attention else {
            return (
                try cosine(regions.mean(0), words.mean(0)),
                try cosine(globalFusion.image(own), globalFusion.text(words.mean(0)))
            )
        }
        let pair = try plainVectors(attention, regions, own, words)
        let local =
            try cosine(regions, pair.attendedWords).mean() * 0.5
            + cosine(words, pair.attendedRegions).mean() * 0.5
        return (local, try cosine(pair.image, pair.text))
    }

    /// V_g and W_g `[D]` of one pair.
    func plainGlobalVectors(
        _ regions: Tensor, _ own: Tensor, _ words: Tensor
    ) throws(TorchError) -> (image: Tensor, text: Tensor) {
        guard let attention else { return (try globalFusion.image(own), try globalFusion.text(words.mean(0))) }
        let pair = try plainVectors(attention, regions, own, words)
        return (pair.image, pair.text)
    }

    private func plainVectors(
        _ attention: (imageToText: CrossAttention, textToImage: CrossAttention), _ regions: Tensor, _ own: Tensor,
        _ words: Tensor
    ) throws(TorchError) -> (attendedWords: Tensor, attendedRegions: Tensor, image: Tensor, text: Tensor) {
        let attendedWords = try plainAttention(attention.imageToText, from: regions, to: words)
        let attendedRegions = try plainAttention(attention.textToImage, from: words, to: regions)
        let text = try globalFusion.text(attendedWords.mean(0))
        let image = try globalFusion(globalFusion.attendedImage(attendedRegions.mean(0)), globalFusion.image(own))
        return (attendedWords, attendedRegions, image, text)
    }

    /// Y* `[queries, D]` for queries X `[queries, D]` and targets Y `[targets, D]`.
    func plainAttention(
        _ parameters: CrossAttention, from queries: Tensor, to targets: Tensor
    ) throws(TorchError) -> Tensor {
        try parameters.output(
            .concatenated(
                plainHeads(parameters, from: queries, to: targets).map { head throws(TorchError) in
                    try head.weights.matmul(head.values)
                }, dimension: 1))
    }

    /// Of each head its softmax weights `[queries, targets]` and its values `[targets, D/H]`, which are its keys too.
    func plainHeads(
        _ parameters: CrossAttention, from queries: Tensor, to targets: Tensor
    ) throws(TorchError) -> [(weights: Tensor, values: Tensor)] {
        let width = configuration.jointDimension / configuration.heads
        let q = try parameters.query(queries)
        let y = try parameters.keyValue(targets)
        return try (0..<configuration.heads).map { head throws(TorchError) in
            let columns = head * width..<(head + 1) * width
            let keys = try y.sliced(1, columns)
            let logits = try q.sliced(1, columns).matmul(keys.transposed()) / Double(width).squareRoot()
            return (try logits.softmax(-1), keys)
        }
    }
}
