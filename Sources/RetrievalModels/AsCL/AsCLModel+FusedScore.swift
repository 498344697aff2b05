import TextEncoding
import Torch

extension AsCLModel {
    /// S `[images, texts]` from the kernel's tables: the algebraic form on the CPU, block by block in cache, its gradient
    /// recomputed instead of stored. Differentiable.
    func fusedSimilarity(_ images: FusedImages, _ texts: FusedTexts) throws(TorchError) -> Tensor {
        let scores = try orderedSimilarity(images, texts)
        guard let places = texts.places else { return scores }
        return try scores.indexSelect(Tensor(places, shape: [places.count]), dimension: 1)
    }

    /// The same in the order of the packed texts.
    private func orderedSimilarity(_ images: FusedImages, _ texts: FusedTexts) throws(TorchError) -> Tensor {
        let localWeight = localWeight
        guard !images.tables.isEmpty || !texts.tables.isEmpty else {
            return try scores(images, texts, means: nil)
        }
        guard !images.tables.isEmpty, !texts.tables.isEmpty else {
            throw TorchError(
                operation: "similarity", reason: "expected gradients to be recorded on both sides or on neither")
        }
        let tables = images.tables + texts.tables
        let constant = try tables.map { table throws(TorchError) in try table.detached() }
        let heads = configuration.heads
        let (offsets, precision) = (texts.offsets, texts.precision)
        let means = try PairScoreKernel.Means(tables, heads: heads, offsets: offsets)
        return try Tensor.custom("pair_score", inputs: tables) { () throws(TorchError) in
            [try scores(images, texts, means: means)]
        } backward: { gradients throws(TorchError) in
            guard let gradient = gradients[0] else { return constant.map { _ in nil } }
            return try PairScoreKernel.gradients(
                constant, heads: heads, offsets: offsets, precision, localWeight, means,
                scoreGradient: gradient.contiguous())
        }[0]
    }

    private var localWeight: Float { Float(configuration.localWeight) }

    /// S of packed sides. A pair that 16 bits do not hold is computed in float32, whatever else is in the batch.
    private func scores(
        _ images: FusedImages, _ texts: FusedTexts, means: PairScoreKernel.Means?
    ) throws(TorchError) -> Tensor {
        let scores = try PairScoreKernel.score(images.parts.map(\.packed), texts.packed, localWeight, means: means)
        guard let words = texts.projected else { return scores }
        var first = 0
        for part in images.parts {
            let strained = PairScoreKernel.strained(part.packed, texts.packed)
            if let regions = part.projected, strained.contains(true) {
                try replace(strained, in: scores, from: first, regions, words)
            }
            first += part.packed.count
        }
        return scores
    }

    /// Puts float32's scores in place of the marked ones, `[images, texts]` from row `first` of `scores` on.
    private func replace(
        _ marked: [Bool], in scores: Tensor, from first: Int, _ images: ImageBatch, _ texts: TextBatch
    ) throws(TorchError) {
        let columns = texts.lengths.count
        let chosenTexts = (0..<columns).filter { text in (0..<images.count).contains { marked[$0 * columns + text] } }
        let chosen = (0..<images.count).filter { marked[$0 * columns..<($0 + 1) * columns].contains(true) }
        guard let sentences = try fusedTables(texts.selecting(chosenTexts), .fp32) else { return }
        // Tables in float32 of some images at a time, for all of them may be many.
        for start in stride(from: 0, to: chosen.count, by: 64) {
            let some = Array(chosen[start..<min(start + 64, chosen.count)])
            guard let pictures = try fusedTables(images.selecting(some), .fp32) else { return }
            let exact = try PairScoreKernel.score(pictures.parts.map(\.packed), sentences.packed, localWeight)
                .array(Float.self)
            try scores.withBytes { bytes in
                let to = bytes.assumingMemoryBound(to: Float.self)
                for (row, image) in some.enumerated() {
                    for (column, text) in chosenTexts.enumerated() where marked[image * columns + text] {
                        to[(first + image) * columns + text] = exact[row * chosenTexts.count + column]
                    }
                }
            }
        }
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
        let part = FusedImages.Part(
            packed: try PairScoreKernel.packed(images: tables, heads: heads, precision),
            projected: precision == .int16 ? try images.detached() : nil)
        return FusedImages(parts: [part], tables: tables.contains(where: \.requiresGradient) ? tables : [])
    }

    /// What the kernel needs of projected texts; nil when it cannot serve them.
    func fusedTables(_ unordered: TextBatch, _ precision: Precision) throws(TorchError) -> FusedTexts? {
        guard let attention, try fits(unordered.rows, precision) else { return nil }
        let order = unordered.shortestFirst
        let isOrdered = order == Array(order.indices)
        let texts = isOrdered ? unordered : try unordered.selecting(order)
        let heads = configuration.heads
        let key = try attention.imageToText.keys(texts.rows, heads)
        let (gram, attended) = try attention.imageToText.tables(
            key, lengths: texts.lengths, through: globalFusion.text)
        // In the kernel's order: query, unit, key [words, heads, d], gram and attended text by text.
        let tables = try [
            attention.textToImage.scaledQueries(texts.rows, heads),
            attention.textToImage.unitRows(texts.rows, heads), key, gram, attended,
        ].map { table throws(TorchError) in try table.contiguous() }
        let offsets = texts.offsets.map(Int64.init)
        return FusedTexts(
            places: isOrdered ? nil : order.inverted,
            packed: try PairScoreKernel.packed(
                texts: tables, offsets: offsets, heads: heads, numbers: order, precision),
            precision: precision,
            projected: precision == .int16 ? try TextBatch(rows: texts.rows.detached(), lengths: texts.lengths) : nil,
            offsets: offsets,
            tables: tables.contains(where: \.requiresGradient) ? tables : [])
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
