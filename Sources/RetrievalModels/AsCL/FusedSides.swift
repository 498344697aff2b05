import TextEncoding
import Torch

/// Images for the kernel, in parts of any size.
struct FusedImages: Sendable {
    /// A batch of them.
    struct Part: Sendable {
        let packed: PairScoreKernel.Packed
        /// In 16 bits: what they were projected to, for the pairs that 16 bits do not hold.
        let projected: ImageBatch?
    }
    let parts: [Part]
    /// What they were packed from, kept for their gradients; empty when none are recorded.
    let tables: [Tensor]

    init(parts: [Part], tables: [Tensor]) {
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

/// Texts for the kernel, shorter ones first: those of one length share their operators.
struct FusedTexts: Sendable {
    /// Where each of the caller's texts stands; nil where they stand as they came.
    let places: [Int]?
    let packed: PairScoreKernel.Packed
    let precision: Precision
    /// In 16 bits: what they were projected to, for the pairs that 16 bits do not hold.
    let projected: TextBatch?
    let offsets: [Int64]
    /// What they were packed from, kept for their gradients; empty when none are recorded.
    let tables: [Tensor]
}
