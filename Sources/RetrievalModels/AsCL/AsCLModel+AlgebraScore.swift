package import TextEncoding
package import Torch

// With softmax weights a, keys y_hn and values A_hn = Z^O_h y_hn:
//   x . y* = sum a_hn (Z^O_h^T x) . y_hn     |y*|^2 = a^T (A A^T) a     mean(y*) = mean(a)^T A
// so no attended vector is ever formed: what depends on the pair is two logit-sized products a direction, and the Gram
// matrix A A^T belongs to one item.
extension AsCLModel {
    /// S of every pair in the algebraic form, by operators: any device, any precision, differentiable.
    ///
    /// Captions are scored in groups of like length, since padding costs as much as words.
    /// - Parameters:
    ///   - images: Projected, `[images, regions, D]`.
    ///   - texts: Projected, `[words, D]`.
    package func algebraScores(_ images: ImageBatch, _ texts: TextBatch) throws(TorchError) -> PairScores {
        guard let attention else { return try unfusedScores(images, texts) }
        let imageSide = try ImageSide(images, attention, globalFusion, heads: configuration.heads)
        var locals: [Tensor] = []
        var globals: [Tensor] = []
        let room = images.regions.device == .cpu ? 1 << 24 : 1 << 28
        let mostWords = room / (images.count * imageSide.regions) / configuration.heads
        let groups = texts.groups(mostWords: mostWords)
        for group in groups.places {
            let textSide = try TextSide(
                texts.selecting(group), attention, globalFusion, heads: configuration.heads)
            let (local, global) = try score(imageSide, textSide)
            locals.append(local)
            globals.append(global)
        }
        return try PairScores(
            local: groups.restored(locals, dimension: 1),
            global: groups.restored(globals, dimension: 1),
            localWeight: configuration.localWeight)
    }

    /// Ablation without fusion: u1 cos(mean v, mean w) + (1 - u1) cos(X_g^T g, X_w^T mean w).
    private func unfusedScores(_ images: ImageBatch, _ texts: TextBatch) throws(TorchError) -> PairScores {
        let words = try texts.means()
        func cosines(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
            try a.normalized(-1, smallest: 1e-8).matmul(b.normalized(-1, smallest: 1e-8).transposed())
        }
        return try PairScores(
            local: cosines(images.regions.mean(1), words),
            global: cosines(globalFusion.image(images.globals), globalFusion.text(words)),
            localWeight: configuration.localWeight)
    }

    private func score(_ image: ImageSide, _ text: TextSide) throws(TorchError) -> (local: Tensor, global: Tensor) {
        let (images, regions) = (image.count, image.regions)
        let (texts, words) = (text.count, text.words)
        let heads = configuration.heads
        // Image to text: a [texts, images, heads, regions, words].
        let a = try Tensor.einsum("ikhd,tnhd->tihkn", image.query, text.key).filled(
            where: text.padding, with: -.infinity
        )
        .softmax(-1)
        let numerators = try (a * .einsum("ikhd,tnhd->tihkn", image.unit, text.key)).sum(2, 4)
        let aRows = try a.permuted([0, 1, 3, 2, 4]).reshaped([texts, images * regions, heads * words])
        let norms = try quadratic(aRows, text.gram).reshaped([texts, images, regions])
        let imageToText = try (numerators / norms).mean(-1).transposed()
        let meanA = try aRows.reshaped([texts, images, regions, heads * words]).mean(2)
        let textVectors = try meanA.matmul(text.attended).transposed(0, 1)
        // Text to image: b [images, texts, heads, words, regions].
        let b = try Tensor.einsum("tnhd,ikhd->ithnk", text.query, image.key).softmax(-1)
        let numeratorsB = try (b * .einsum("tnhd,ikhd->ithnk", text.unit, image.key)).sum(2, 4)
        let bRows = try b.permuted([0, 1, 3, 2, 4]).reshaped([images, texts * words, heads * regions])
        let normsB = try quadratic(bRows, image.gram).reshaped([images, texts, words])
        let textToImage = try (numeratorsB / normsB * text.share).sum(-1)
        let meanB = try (bRows.reshaped([images, texts, words, heads * regions]) * text.share.unsqueezed(-1)).sum(2)
        let imageVectors = try globalFusion(meanB.matmul(image.attended), image.own.unsqueezed(1))
        return (try (imageToText + textToImage) * 0.5, try cosine(imageVectors, textVectors))
    }

    /// sqrt(r^T G r) for every row r of `rows` `[items, rows, width]` and G `[items, width, width]`.
    private func quadratic(_ rows: Tensor, _ gram: Tensor) throws(TorchError) -> Tensor {
        try (rows.matmul(gram) * rows).sum(-1).clamped(min: 1e-12).sqrt()
    }
}

/// What the algebraic form needs of images alone.
private struct ImageSide {
    let count, regions: Int
    /// `[images, regions, heads, d]`.
    let query, unit, key: Tensor
    /// `[images, heads * regions, heads * regions]`.
    let gram: Tensor
    /// `[images, heads * regions, D]`.
    let attended: Tensor
    /// `[images, D]`.
    let own: Tensor

    init(
        _ images: ImageBatch, _ attention: (imageToText: CrossAttention, textToImage: CrossAttention),
        _ global: GlobalFusion, heads: Int
    ) throws(TorchError) {
        count = images.count
        regions = images.regions.shape[1]
        query = try attention.imageToText.scaledQueries(images.regions, heads)
        unit = try attention.imageToText.unitRows(images.regions, heads)
        key = try attention.textToImage.keys(images.regions, heads)
        (gram, attended) = try attention.textToImage.tables(key, through: global.attendedImage)
        own = try global.image(images.globals)
    }
}

/// What the algebraic form needs of texts alone, padded to the longest of them.
private struct TextSide {
    let count, words: Int
    /// `[texts, words, heads, d]`.
    let query, unit, key: Tensor
    /// `[texts, heads * words, heads * words]`.
    let gram: Tensor
    /// `[texts, heads * words, D]`.
    let attended: Tensor
    /// bool `[texts, 1, 1, 1, words]`, true at padding.
    let padding: Tensor
    /// `[texts, words]`: one over the text's length at its words, zero at padding.
    let share: Tensor

    init(
        _ texts: TextBatch, _ attention: (imageToText: CrossAttention, textToImage: CrossAttention),
        _ global: GlobalFusion, heads: Int
    ) throws(TorchError) {
        let texts = try texts.padded()
        let padded = texts.rows
        (count, words) = (padded.shape[0], padded.shape[1])
        share = try texts.share.to(padded.dtype)
        padding = try texts.isPadding.reshaped([count, 1, 1, 1, words])
        query = try attention.textToImage.scaledQueries(padded, heads)
        unit = try attention.textToImage.unitRows(padded, heads)
        key = try attention.imageToText.keys(padded, heads)
        (gram, attended) = try attention.imageToText.tables(key, through: global.text)
    }
}
