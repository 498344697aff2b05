import CPairScore
import TextEncoding
import Torch

extension AsCL {
    /// S `[images, texts]` from the kernel's tables: the algebraic form in float32 on the CPU, block by block in cache,
    /// its gradient recomputed instead of stored. Differentiable.
    func fusedSimilarity(_ images: FusedImages, _ texts: FusedTexts) throws(TorchError) -> Tensor {
        let call = FusedCall(
            images: images.count, regions: images.regions, dimension: configuration.jointDimension,
            heads: configuration.heads, localWeight: Float(configuration.localWeight), offsets: texts.offsets)
        let tables = images.tables + texts.tables
        let constant = try tables.map { table throws(TorchError) in try table.detached() }
        return try Tensor.custom("pair_score", inputs: tables) { () throws(TorchError) in
            [try call.forward(constant)]
        } backward: { gradients throws(TorchError) in
            guard let gradient = gradients[0] else { return constant.map { _ in nil } }
            return try call.backward(constant, gradient.contiguous())
        }[0]
    }

    /// What the kernel needs of projected images; nil when it cannot serve them (see `similarity`).
    func fusedTables(_ images: ImageBatch) throws(TorchError) -> FusedImages? {
        guard let attention, fits(images.regions), fits(images.globals) else { return nil }
        return try FusedImages(
            count: images.count, regions: images.regions.shape[1],
            tables: imageTables(images, attention).map { table throws(TorchError) in try table.contiguous() })
    }

    /// What the kernel needs of projected texts; nil when it cannot serve them.
    func fusedTables(_ texts: TextBatch) throws(TorchError) -> FusedTexts? {
        guard let attention, fits(texts.rows) else { return nil }
        return try FusedTexts(
            offsets: texts.offsets.map(Int64.init),
            tables: textTables(texts, attention).map { table throws(TorchError) in try table.contiguous() })
    }

    private func fits(_ tensor: Tensor) -> Bool {
        configuration.fusion == .sum && tensor.dtype == .float32 && tensor.device == .cpu
    }

    /// In the kernel's order: query, unit, key `[images, regions, D]`, gram, attended, own.
    private func imageTables(
        _ images: ImageBatch, _ attention: (imageToText: CrossAttention, textToImage: CrossAttention)
    ) throws(TorchError) -> [Tensor] {
        let heads = configuration.heads
        let key = try attention.textToImage.keys(images.regions, heads)
        let (gram, attended) = try attention.textToImage.tables(key, through: globalFusion.attendedImage)
        return [
            try attention.imageToText.scaledQueries(images.regions, heads),
            try attention.imageToText.unitRows(images.regions, heads), key, gram, attended,
            try globalFusion.image(images.globals),
        ]
    }

    /// In the kernel's order: query, unit, key `[words, D]`, gram and attended text by text.
    private func textTables(
        _ texts: TextBatch, _ attention: (imageToText: CrossAttention, textToImage: CrossAttention)
    ) throws(TorchError) -> [Tensor] {
        let heads = configuration.heads
        let key = try attention.imageToText.keys(texts.rows, heads)
        let (grams, attended) = try attention.imageToText.tables(
            key, lengths: texts.lengths, through: globalFusion.text)
        return [
            try attention.textToImage.scaledQueries(texts.rows, heads),
            try attention.textToImage.unitRows(texts.rows, heads), key,
            try .concatenated(grams.map { gram throws(TorchError) in try gram.reshaped([-1]) }),
            try .concatenated(attended),
        ]
    }
}

/// Tables of images for the kernel.
struct FusedImages: Sendable {
    let count, regions: Int
    let tables: [Tensor]
}

/// Tables of texts for the kernel.
struct FusedTexts: Sendable {
    let offsets: [Int64]
    let tables: [Tensor]
}

/// One call of the kernel: its sizes, and pointers laid out for C.
private struct FusedCall: Sendable {
    let images, regions, dimension, heads: Int
    let localWeight: Float
    let offsets: [Int64]

    func forward(_ tables: [Tensor]) throws(TorchError) -> Tensor {
        let score = try Tensor.empty([images, offsets.count - 1])
        try withTables(tables, and: [score]) { tables, addresses in
            ps_forward(&tables, localWeight, addresses[0], nil, nil)
        }
        return score
    }

    func backward(_ tables: [Tensor], _ scoreGradient: Tensor) throws(TorchError) -> [Tensor?] {
        let gradients = try tables.map { table throws(TorchError) in try Tensor.empty(table.shape) }
        try withTables(tables, and: [scoreGradient] + gradients) { tables, at in
            var results = ps_gradients(
                image_query: at[1], image_unit: at[2], image_key: at[3], image_gram: at[4], image_attended: at[5],
                image_own: at[6], text_query: at[7], text_unit: at[8], text_key: at[9], text_gram: at[10],
                text_attended: at[11])
            return ps_backward(&tables, localWeight, at[0], &results)
        }
        return gradients
    }

    private func withTables(
        _ tables: [Tensor], and others: [Tensor],
        _ body: (inout ps_tables, [UnsafeMutablePointer<Float>?]) -> ps_status
    ) throws(TorchError) {
        let at = try tables.map { table throws(TorchError) in try table.floatAddress() }
        let more = try others.map { tensor throws(TorchError) in try tensor.floatAddress() }
        let status = withExtendedLifetime((tables, others)) {
            offsets.withUnsafeBufferPointer { offsets in
                var arguments = ps_tables(
                    images: Int64(images), regions: Int64(regions), captions: Int64(offsets.count - 1),
                    dimension: Int64(dimension), heads: Int64(heads), offsets: offsets.baseAddress,
                    image_query: at[0], image_unit: at[1], image_key: at[2], image_gram: at[3], image_attended: at[4],
                    image_own: at[5], text_query: at[6], text_unit: at[7], text_key: at[8], text_gram: at[9],
                    text_attended: at[10])
                return body(&arguments, more)
            }
        }
        guard status == PS_OK else {
            throw TorchError(
                operation: "pair_score(\(images) images, \(offsets.count - 1) texts, D \(dimension), \(heads) heads)",
                reason: status == PS_OUT_OF_MEMORY ? "out of memory" : "impossible sizes")
        }
    }
}

extension Tensor {
    fileprivate func floatAddress() throws(TorchError) -> UnsafeMutablePointer<Float>? {
        guard dtype == .float32 else {
            throw TorchError(operation: "pair_score(\(shape))", reason: "expected float32, found \(dtype)")
        }
        return try withBytes { $0.baseAddress?.assumingMemoryBound(to: Float.self) }
    }
}
