import TextEncoding
import Torch

extension AsCLModel {
    /// S `[images, texts]` from the kernel's tables: the algebraic form on the CPU, block by block in cache, its gradient
    /// recomputed instead of stored. Differentiable.
    func fusedSimilarity(_ images: FusedImages, _ texts: FusedTexts) throws(TorchError) -> Tensor {
        let localWeight = Float(configuration.localWeight)
        guard !images.tables.isEmpty || !texts.tables.isEmpty else {
            return try PairScoreKernel.score(images.parts, texts.packed, localWeight)
        }
        guard !images.tables.isEmpty, !texts.tables.isEmpty else {
            throw TorchError(
                operation: "similarity", reason: "expected gradients to be recorded on both sides or on neither")
        }
        let tables = images.tables + texts.tables
        let constant = try tables.map { table throws(TorchError) in try table.detached() }
        let heads = configuration.heads
        let offsets = texts.offsets
        return try Tensor.custom("pair_score", inputs: tables) { () throws(TorchError) in
            [try PairScoreKernel.score(images.parts, texts.packed, localWeight)]
        } backward: { gradients throws(TorchError) in
            guard let gradient = gradients[0] else { return constant.map { _ in nil } }
            return try PairScoreKernel.gradients(
                constant, heads: heads, offsets: offsets, localWeight, scoreGradient: gradient.contiguous())
        }[0]
    }

    /// What the kernel needs of projected images; nil when it cannot serve them (see `similarity`).
    func fusedTables(_ images: ImageBatch, _ precision: Precision) throws(TorchError) -> FusedImages? {
        guard let attention, try fits(images.regions, precision), try fits(images.globals, precision) else {
            return nil
        }
        let heads = configuration.heads
        let key = try attention.textToImage.keys(images.regions, heads)
        let (gram, attended) = try attention.textToImage.tables(key, through: globalFusion.attendedImage)
        // In the kernel's order: query, unit, key [images, regions, heads, d], gram, attended, own.
        let tables = try [
            attention.imageToText.scaledQueries(images.regions, heads),
            attention.imageToText.unitRows(images.regions, heads), key, gram, attended,
            globalFusion.image(images.globals),
        ].map { table throws(TorchError) in try table.contiguous() }
        let packed = try PairScoreKernel.packed(images: tables, heads: heads, precision)
        return FusedImages(parts: [packed], tables: tables.contains(where: \.requiresGradient) ? tables : [])
    }

    /// What the kernel needs of projected texts; nil when it cannot serve them.
    func fusedTables(_ texts: TextBatch, _ precision: Precision) throws(TorchError) -> FusedTexts? {
        guard let attention, try fits(texts.rows, precision) else { return nil }
        let heads = configuration.heads
        let key = try attention.imageToText.keys(texts.rows, heads)
        let (grams, attended) = try attention.imageToText.tables(
            key, lengths: texts.lengths, through: globalFusion.text)
        // In the kernel's order: query, unit, key [words, heads, d], gram and attended text by text.
        let tables = try [
            attention.textToImage.scaledQueries(texts.rows, heads),
            attention.textToImage.unitRows(texts.rows, heads), key,
            .concatenated(grams.map { gram throws(TorchError) in try gram.reshaped([-1]) }),
            .concatenated(attended),
        ].map { table throws(TorchError) in try table.contiguous() }
        let offsets = texts.offsets.map(Int64.init)
        let packed = try PairScoreKernel.packed(texts: tables, offsets: offsets, heads: heads, precision)
        return FusedTexts(
            packed: packed, offsets: offsets, tables: tables.contains(where: \.requiresGradient) ? tables : [])
    }

    private func fits(_ tensor: Tensor, _ precision: Precision) throws(TorchError) -> Bool {
        let fits = configuration.fusion == .sum && tensor.dtype == .float32 && tensor.device == .cpu
        if !fits, precision == .int16 {
            throw TorchError(
                operation: "scorable(\(tensor.shape))",
                reason: "int16 needs sum fusion and float32 on the CPU, found \(configuration.fusion) fusion and "
                    + "\(tensor.dtype) on \(tensor.device)")
        }
        return fits
    }
}

/// Images for the kernel, in parts of any size.
struct FusedImages: Sendable {
    let parts: [PairScoreKernel.Packed]
    /// What they were packed from, kept for their gradients; empty when none are recorded.
    let tables: [Tensor]

    init(parts: [PairScoreKernel.Packed], tables: [Tensor]) {
        self.parts = parts
        self.tables = tables
    }

    /// Batches one after the other; every table has an item a row, so that joined tables are those of one batch.
    init(joining batches: [FusedImages]) throws(TorchError) {
        let recorded = batches.map(\.tables).filter { !$0.isEmpty }
        guard recorded.isEmpty || recorded.count == batches.count else {
            throw TorchError(
                operation: "joined(\(batches.count))",
                reason: "expected gradients to be recorded for all images or for none")
        }
        var tables: [Tensor] = []
        for table in recorded.first?.indices ?? 0..<0 {
            tables.append(batches.count == 1 ? recorded[0][table] : try .concatenated(recorded.map { $0[table] }))
        }
        self.init(parts: batches.flatMap(\.parts), tables: tables)
    }
}

/// Texts for the kernel.
struct FusedTexts: Sendable {
    let packed: PairScoreKernel.Packed
    let offsets: [Int64]
    /// What they were packed from, kept for their gradients; empty when none are recorded.
    let tables: [Tensor]
}
