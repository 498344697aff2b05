import CPairScore
import Torch

/// The fused kernel's calls, with tensors in place of pointers.
enum PairScoreKernel {
    /// The instruction set that serves this machine.
    static var instructions: String {
        switch ps_best_instructions() {
        case PS_AVX512_BF16: "avx512 with bfloat16"
        case PS_AVX512: "avx512"
        case PS_AVX2: "avx2"
        default: "portable"
        }
    }

    /// Tables of images or of texts, arranged for the kernel, which only reads them.
    final class Packed: @unchecked Sendable {
        let count: Int
        fileprivate let handle: OpaquePointer

        fileprivate init(_ handle: OpaquePointer, count: Int) {
            self.handle = handle
            self.count = count
        }

        /// Bytes of the tables, and the groups in which they are read.
        var extent: (bytes: Int, groups: Int) {
            let extent = ps_packed_extent(handle)
            return (Int(extent.bytes), Int(extent.groups))
        }

        deinit { ps_release(handle) }
    }

    /// Arranges image tables: query, unit, key `[images, regions, heads, d]`, gram, attended, own.
    static func packed(images tables: [Tensor], heads: Int, _ precision: Precision) throws(TorchError) -> Packed {
        try packed("images", of: tables, count: tables[0].shape[0], precision) { packed, badItem throws(TorchError) in
            try withImages(tables, heads: heads) { ps_pack_images(&$0, precision.kernel, PS_BEST, &packed, badItem) }
        }
    }

    /// Arranges text tables: query, unit, key `[words, heads, d]`, gram, attended.
    /// - Parameter numbers: What the caller calls each text, for errors.
    static func packed(
        texts tables: [Tensor], offsets: [Int64], heads: Int, numbers: [Int], _ precision: Precision
    ) throws(TorchError) -> Packed {
        try packed("texts", of: tables, count: offsets.count - 1, numbers: numbers, precision) {
            packed, badItem throws(TorchError) in
            try withTexts(tables, offsets: offsets, heads: heads) {
                ps_pack_texts(&$0, precision.kernel, PS_BEST, &packed, badItem)
            }
        }
    }

    /// Means of the weights of all pairs, which scores leave to their gradient: `[images, texts, heads * regions]` of the
    /// regions' and `[images, heads * all words]` of the words'.
    struct Means: Sendable {
        let regions, words: Tensor

        /// Room for those of tables as `gradients` takes them.
        init(_ tables: [Tensor], heads: Int, offsets: [Int64]) throws(TorchError) {
            let (images, rows) = (tables[0].shape[0], tables[0].shape[1])
            regions = try .empty([images, offsets.count - 1, heads * rows])
            words = try .empty([images, heads * tables[6].shape[0]])
        }

        /// From an image on.
        fileprivate func addresses(from image: Int) throws(TorchError) -> ps_means {
            let (texts, weights, words) = (regions.shape[1], regions.shape[2], self.words.shape[1])
            return ps_means(
                regions: try regions.floatAddress()?.advanced(by: image * texts * weights),
                words: try self.words.floatAddress()?.advanced(by: image * words))
        }
    }

    /// S `[images of all parts, texts]`, and the means of its weights where there is room for them.
    static func score(
        _ images: [Packed], _ texts: Packed, _ localWeight: Float, means: Means? = nil
    ) throws(TorchError) -> Tensor {
        let count = images.reduce(0) { $0 + $1.count }
        let score = try Tensor.empty([count, texts.count])
        let address = try score.floatAddress()
        var row = 0
        for part in images {
            let to = address?.advanced(by: row * texts.count)
            let kept = try means.map { means throws(TorchError) in try means.addresses(from: row) }
            let status = withExtendedLifetime((part, texts, score, means)) {
                guard var kept else { return ps_score(part.handle, texts.handle, localWeight, to, nil) }
                return ps_score(part.handle, texts.handle, localWeight, to, &kept)
            }
            try check(status, "\(part.count) images, \(texts.count) texts")
            row += part.count
        }
        return score
    }

    /// Which pairs 16 bits do not hold to four decimals, `[images, texts]`.
    static func strained(_ images: Packed, _ texts: Packed) -> [Bool] {
        var strained = [UInt8](repeating: 0, count: images.count * texts.count)
        let count = withExtendedLifetime((images, texts)) { ps_strained(images.handle, texts.handle, &strained) }
        return count == 0 ? [] : strained.map { $0 != 0 }
    }

    /// The gradient of every table of `score`, images' first, from the means that it left. In int16, products are of bfloat16
    /// with float32 sums where the machine has them, else of float32.
    static func gradients(
        _ tables: [Tensor], heads: Int, offsets: [Int64], _ precision: Precision, _ localWeight: Float,
        _ kept: Means, scoreGradient: Tensor
    ) throws(TorchError) -> [Tensor?] {
        let gradients = try tables.map { table throws(TorchError) in try Tensor.empty(table.shape) }
        let to = try gradients.map { gradient throws(TorchError) in try gradient.floatAddress() }
        let upstream = try scoreGradient.floatAddress()
        var means = try kept.addresses(from: 0)
        var toImages = ps_image_gradients(
            query: to[0], unit: to[1], key: to[2], gram: to[3], attended: to[4], own: to[5])
        var toTexts = ps_text_gradients(query: to[6], unit: to[7], key: to[8], gram: to[9], attended: to[10])
        let status = try withImages(Array(tables[..<6]), heads: heads) { images throws(TorchError) in
            try withTexts(Array(tables[6...]), offsets: offsets, heads: heads) { texts in
                withExtendedLifetime((gradients, scoreGradient, kept)) {
                    ps_backward(
                        &images, &texts, precision.kernel, PS_BEST, localWeight, &means, upstream, &toImages,
                        &toTexts)
                }
            }
        }
        try check(status, "gradients of \(scoreGradient.shape)")
        return gradients
    }

    /// Bytes that `gradients` of tables reads and writes.
    static func gradientBytes(_ tables: [Tensor], heads: Int, offsets: [Int64]) throws(TorchError) -> Int {
        try withImages(Array(tables[..<6]), heads: heads) { images throws(TorchError) in
            try withTexts(Array(tables[6...]), offsets: offsets, heads: heads) { texts in
                Int(ps_backward_bytes(&images, &texts))
            }
        }
    }

    private static func packed(
        _ kind: String, of tables: [Tensor], count: Int, numbers: [Int]? = nil, _ precision: Precision,
        _ pack: (inout OpaquePointer?, UnsafeMutablePointer<Int64>?) throws(TorchError) -> ps_status
    ) throws(TorchError) -> Packed {
        var handle: OpaquePointer?
        var badItem: Int64 = 0
        // A training that runs away says so by its loss, which names the step.
        let asks = precision == .int16 || !tables.contains(where: \.requiresGradient)
        let status = try withUnsafeMutablePointer(to: &badItem) { (badItem) throws(TorchError) in
            try pack(&handle, asks ? badItem : nil)
        }
        guard status != PS_NOT_FINITE else {
            throw TorchError(
                operation: "pair_score(\(count) \(kind))",
                reason: "\(reason(status)) in number \(numbers?[Int(badItem)] ?? Int(badItem)) (from 0) of the \(kind)")
        }
        try check(status, "\(count) \(kind)")
        guard let handle else { throw TorchError(operation: "pair_score(\(count) \(kind))", reason: "no result") }
        return Packed(handle, count: count)
    }

    private static func withImages<Result>(
        _ tables: [Tensor], heads: Int, _ body: (inout ps_images) throws(TorchError) -> Result
    ) throws(TorchError) -> Result {
        let at = try tables.map { table throws(TorchError) in UnsafePointer(try table.floatAddress()) }
        let shape = tables[0].shape
        var images = ps_images(
            count: Int64(shape[0]), regions: Int64(shape[1]), dimension: Int64(shape.dropFirst(2).reduce(1, *)),
            heads: Int64(heads),
            query: at[0], unit: at[1], key: at[2], gram: at[3], attended: at[4], own: at[5])
        defer { withExtendedLifetime(tables) {} }
        return try body(&images)
    }

    private static func withTexts<Result>(
        _ tables: [Tensor], offsets: [Int64], heads: Int, _ body: (inout ps_texts) -> Result
    ) throws(TorchError) -> Result {
        let at = try tables.map { table throws(TorchError) in UnsafePointer(try table.floatAddress()) }
        let dimension = Int64(tables[0].shape.dropFirst().reduce(1, *))
        defer { withExtendedLifetime(tables) {} }
        return offsets.withUnsafeBufferPointer { offsets in
            var texts = ps_texts(
                count: Int64(offsets.count - 1), dimension: dimension, heads: Int64(heads),
                offsets: offsets.baseAddress,
                query: at[0], unit: at[1], key: at[2], gram: at[3], attended: at[4])
            return body(&texts)
        }
    }

    private static func check(_ status: ps_status, _ what: String) throws(TorchError) {
        guard status != PS_OK else { return }
        throw TorchError(operation: "pair_score(\(what))", reason: reason(status))
    }

    /// Why a call failed.
    static func reason(_ status: ps_status) -> String {
        switch status {
        case PS_BAD_SIZES: "impossible sizes"
        case PS_OUT_OF_MEMORY: "out of memory"
        case PS_NOT_FINITE: "expected finite numbers, found an infinity or NaN"
        case PS_NO_SUCH_INSTRUCTIONS: "this machine lacks the instructions"
        case PS_UNLIKE_SIDES: "expected images and texts in one precision, found two"
        default: "an unknown failure"
        }
    }
}

extension Precision {
    fileprivate var kernel: ps_precision { self == .int16 ? PS_FIXED16 : PS_FLOAT32 }
}

extension Tensor {
    fileprivate func floatAddress() throws(TorchError) -> UnsafeMutablePointer<Float>? {
        guard dtype == .float32 else {
            throw TorchError(operation: "pair_score(\(shape))", reason: "expected float32, found \(dtype)")
        }
        return try withBytes { $0.baseAddress?.assumingMemoryBound(to: Float.self) }
    }
}
