import TextEncoding
package import Torch

// R is a cosine, so the weights need not sum to one, and no attended vector is ever formed: with w_f = exp(l1 t_f) and the
// Gram matrix G of the attended item's unit fragments y_f,
//   cos(x, sum_f w_f y_f) = sum_f w_f (x . y_f) / sqrt(w^T G w),
// where a padded word, a zero vector, adds nothing to either.
extension SCAN {
    /// S `[images, texts]`.
    package func similarity(_ images: Images, _ texts: Texts) throws(TorchError) -> Tensor {
        let (count, regions) = (images.regions.shape[0], images.regions.shape[1])
        let room = images.regions.device == .cpu ? Self.roomOnCPU : Self.roomOnDevice
        var columns: [Tensor] = []
        for (group, gram) in zip(texts.padded, texts.grams) {
            let imagesAtOnce = max(room / (regions * group.share.count), 1)
            var rows: [Tensor] = []
            for start in stride(from: 0, to: count, by: imagesAtOnce) {
                let range = start..<min(start + imagesAtOnce, count)
                let part = try Images(
                    regions: images.regions.sliced(0, range), gram: images.gram.sliced(0, range))
                rows.append(try score(part, group, gram))
            }
            columns.append(try .concatenated(rows))
        }
        return try texts.groups.restored(columns, dimension: 1)
    }

    /// Region-word cosines at once: what the processor's caches hold, and 256 MiB.
    private static var roomOnCPU: Int { 1 << 19 }
    private static var roomOnDevice: Int { 1 << 26 }

    private func score(_ images: Images, _ texts: PaddedTexts, _ textGram: Tensor) throws(TorchError) -> Tensor {
        func textToImage() throws(TorchError) -> Tensor {
            let relevances = try relevances(
                of: texts.rows.transposed(0, 1), to: images.regions, images.gram, .textToImage)
            return try pooled(relevances, share: texts.share.transposed(), .textToImage)
        }
        func imageToText() throws(TorchError) -> Tensor {
            let relevances = try relevances(
                of: images.regions.transposed(0, 1), to: texts.rows, textGram, .imageToText)
            return try pooled(relevances, share: nil, .imageToText).transposed()
        }
        return switch configuration.direction {
        case .textToImage: try textToImage()
        case .imageToText: try imageToText()
        case .both: try (textToImage() + imageToText()) * 0.5
        }
    }

    /// R, `[attended items, fragments, items]`, of every fragment that attends.
    /// - Parameters:
    ///   - attending: Unit vectors, `[fragments, items, D]`.
    ///   - attended: Unit vectors, `[items, fragments, D]`, and `gram`, their products `[items, fragments, fragments]`.
    private func relevances(
        of attending: Tensor, to attended: Tensor, _ gram: Tensor, _ sharpness: Sharpness
    ) throws(TorchError) -> Tensor {
        let (fragments, items, dimension) = (attending.shape[0], attending.shape[1], attending.shape[2])
        let (others, parts) = (attended.shape[0], attended.shape[1])
        let cosines = try attended.reshaped([others * parts, dimension])
            .matmul(attending.reshaped([fragments * items, dimension]).transposed()).to(.float32)
            .reshaped([others, parts, fragments, items])
        let clipped = try cosines.leakyRelu(slope: Self.slope)
        // By hand, since libtorch's norm over an outer dimension takes ten times as long.
        let lengths = try (clipped * clipped).sum(2, keepingDimensions: true).clamped(min: 1e-24).sqrt()
        let weights = try (clipped / (lengths / sharpness.attention)).exp()
        let products = try (weights * cosines).sum(1)
        let rows = try weights.reshaped([others, parts, fragments * items])
        let squares = try (gram.matmul(rows) * rows).sum(1).clamped(min: 1e-12)
        return try products / squares.sqrt().reshaped([others, fragments, items])
    }

    /// One score of the relevances `[others, fragments, items]`: `[others, items]`.
    /// - Parameter share: `[fragments, items]`, zero at padding; nil when every item has all fragments.
    private func pooled(
        _ relevances: Tensor, share: Tensor?, _ sharpness: Sharpness
    ) throws(TorchError) -> Tensor {
        switch configuration.pooling {
        case .average:
            guard let share else { return try relevances.mean(1) }
            return try (relevances * share).sum(1)
        case .logSumExp:
            var scaled = try relevances * sharpness.pooling
            if let share { scaled = try scaled.filled(where: share.equals(0), with: -.infinity) }
            return try scaled.logSumExp(1) / sharpness.pooling
        }
    }
}
