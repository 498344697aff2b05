package import TextEncoding
package import Torch

/// The arithmetic of products; parameters, softmaxes, lengths and cosines stay float32.
package enum Precision: String, Sendable, CaseIterable {
    /// 32-bit floating point.
    case fp32
    /// bfloat16 in all of libtorch's products, on any device.
    case bf16
    /// 16-bit integers in the forward products of the pair score, each row scaled by its length; gradients stay float32.
    /// About 12 bits a number where bfloat16 has 8. Needs the fused kernel, so the CPU and sum fusion.
    case int16
}

/// Projected images with what scoring needs of them alone, made once however many texts they meet.
package struct ScorableImages: Sendable {
    enum Form {
        case fused(FusedImages)
        case operators(ImageBatch)
    }
    let form: Form

    /// Images one batch after the other: made in pieces, a block of any size needs little more memory than its result.
    /// - Throws: `TorchError` when they are of different kinds.
    package static func joined(_ batches: [ScorableImages]) throws(TorchError) -> ScorableImages {
        var fused: [FusedImages] = []
        var others: [ImageBatch] = []
        for batch in batches {
            switch batch.form {
            case .fused(let images): fused.append(images)
            case .operators(let images): others.append(images)
            }
        }
        guard fused.isEmpty || others.isEmpty else {
            throw TorchError(operation: "joined(\(batches.count))", reason: "expected images scorable in one way")
        }
        if others.isEmpty { return try ScorableImages(form: .fused(FusedImages(joining: fused))) }
        return try ScorableImages(
            form: .operators(
                ImageBatch(
                    regions: .concatenated(others.map(\.regions)), globals: .concatenated(others.map(\.globals)))))
    }
}

/// Projected texts with what scoring needs of them alone, made once however many images they meet.
package struct ScorableTexts: Sendable {
    enum Form {
        case fused(FusedTexts)
        case operators(TextBatch)
    }
    let form: Form
}

extension AsCLModel {
    /// Raw features `[images, regions, R]` and `[images, G]`, ready to be scored.
    package func scorable(_ images: ImageBatch, in precision: Precision = .fp32) throws(TorchError) -> ScorableImages {
        try scorable(projected: project(images), in: precision)
    }

    /// Projected features `[images, regions, D]` and `[images, D]`, ready to be scored.
    package func scorable(
        projected images: ImageBatch, in precision: Precision = .fp32
    ) throws(TorchError) -> ScorableImages {
        guard let fused = try fusedTables(images, precision) else { return ScorableImages(form: .operators(images)) }
        return ScorableImages(form: .fused(fused))
    }

    /// The text encoder's word vectors `[words, B]`, ready to be scored.
    package func scorable(_ texts: TextBatch, in precision: Precision = .fp32) throws(TorchError) -> ScorableTexts {
        try scorable(projected: project(texts), in: precision)
    }

    /// Projected word vectors `[words, D]`, ready to be scored.
    package func scorable(
        projected texts: TextBatch, in precision: Precision = .fp32
    ) throws(TorchError) -> ScorableTexts {
        guard let fused = try fusedTables(texts, precision) else { return ScorableTexts(form: .operators(texts)) }
        return ScorableTexts(form: .fused(fused))
    }

    /// Whether the fused kernel scores what lives on this device; operators do otherwise.
    package func isFused(on device: Device, in precision: Precision) -> Bool {
        configuration.fusion == .sum && device == .cpu && precision != .bf16
    }

    /// About how much memory an item of so many regions or words takes once it is scorable, in bytes.
    package func scorableBytes(rows: Int, in precision: Precision) -> Int {
        let (dimension, weights) = (configuration.jointDimension, configuration.heads * rows)
        let numbers = 3 * rows * dimension + weights * weights + weights * dimension
        // In 16 bits with what it was projected to.
        return precision == .int16 ? 2 * numbers + 4 * rows * dimension : 4 * numbers
    }

    /// S `[images, texts]`: every pair from that pair alone, by the fastest form that fits - the fused kernel for
    /// float32 on the CPU, operators elsewhere (other devices, bfloat16, gated fusion). The forms agree to rounding.
    package func similarity(_ images: ScorableImages, _ texts: ScorableTexts) throws(TorchError) -> Tensor {
        switch (images.form, texts.form) {
        case (.fused(let images), .fused(let texts)): return try fusedSimilarity(images, texts)
        case (.operators(let images), .operators(let texts)): return try algebraScores(images, texts).similarity
        default:
            throw TorchError(operation: "similarity", reason: "expected images and texts scorable in one way")
        }
    }

    /// The instruction set that the fused kernel runs on here: `avx512 with bfloat16`, `avx512`, `avx2` or `portable`.
    package static var kernelInstructions: String { PairScoreKernel.instructions }

    /// Bytes of tables that the fused kernel reads to score every pair, from memory or the last cache; nil where
    /// operators serve.
    package func bytesRead(_ images: ScorableImages, _ texts: ScorableTexts) -> Int? {
        guard case .fused(let images) = images.form, case .fused(let texts) = texts.form else { return nil }
        let other = texts.packed.extent
        return images.parts.map(\.packed.extent).reduce(0) { $0 + $1.bytes * other.groups + $1.groups * other.bytes }
    }

    /// Bytes that the gradient of every pair's score reads and writes; nil where operators serve or nothing is recorded.
    package func gradientBytes(_ images: ScorableImages, _ texts: ScorableTexts) throws(TorchError) -> Int? {
        guard case .fused(let images) = images.form, case .fused(let texts) = texts.form,
            !images.tables.isEmpty, !texts.tables.isEmpty
        else { return nil }
        return try PairScoreKernel.gradientBytes(
            images.tables + texts.tables, heads: configuration.heads, offsets: texts.offsets)
    }
}
