import AsCLBase

extension VectorStore {
    /// Puts in vectors of another store of the same model as they are, to the bit, in their order.
    /// - Parameters:
    ///   - newID: The id that a vector of the other store gets here; nil leaves it out.
    ///   - progress: Told how many rows of the other store were seen since the last time.
    /// - Throws: `InputError` where the other store is damaged, and what `progress` throws.
    package func append(
        from other: VectorStore, newID: (Int64) -> Int64?, progress: (Int) throws -> Void = { _ in }
    ) throws {
        try other.verify()
        let state = other.state.withLock { $0.withoutIDs }
        try state.manifest.expect(
            dimension: dimension, fingerprint: self.state.withLock { $0.manifest.fingerprint }, folder: other.folder)
        let most = BlockLayout.mostRows(dimension: dimension)
        var (ids, halves) = ([Int64](), [UInt16]())
        for segment in state.segments {
            for block in segment.blocks {
                for row in 0..<block.rows where state.live[block.firstRow + row] {
                    guard let id = newID(segment.ids(block)[row]) else { continue }
                    ids.append(id)
                    halves.append(contentsOf: segment.halves(block, row: row))
                    guard ids.count == most else { continue }
                    try append(ids: ids, halves: halves)
                    (ids, halves) = ([], [])
                }
                try progress(block.rows)
            }
        }
        try append(ids: ids, halves: halves)
    }

    private func append(ids: [Int64], halves: [UInt16]) throws {
        guard !ids.isEmpty else { return }
        try change { writer in
            var manifest = state.withLock { $0.manifest }
            defer { state.withLock { try? $0.extend(folder, manifest, isThorough: false) } }
            try writer.append(
                ids: ids,
                halves: { rows in Array(halves[rows.lowerBound * dimension..<rows.upperBound * dimension]) },
                folder: folder, manifest: &manifest, settings: settings)
        }
    }
}
