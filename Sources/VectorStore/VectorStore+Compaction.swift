import AsCLBase
import Foundation

extension VectorStore {
    /// Writes the segments that hold deleted rows, or many small blocks, anew without them. Searches go on meanwhile; a crash
    /// at any moment leaves the store as it was or as it is then. The same vectors are found before and after.
    package func compact() throws {
        try change { writer in
            let before = state.withLock { $0 }
            guard before.segments.contains(where: { !isTidy($0, before.live) }) else { return }
            let bytes = before.segments.reduce(0) { isTidy($1, before.live) ? $0 : $0 + $1.end }
            try Folder.expectRoom(for: bytes, in: folder)
            var manifest = before.manifest
            manifest.generation += 1
            manifest.segments = try rewritten(before)
            try settings.reached(.compactedWritten)
            writer.isLost = true
            try manifest.write(folder)
            try settings.reached(.compactedListed)
            let after = try StoreState(folder, manifest)
            try writer.resume(after, settings: settings)
            state.withLock { $0 = after }
            writer.isLost = false
            try StoreWriter.removeUnlisted(folder, manifest)
            try settings.reached(.oldRemoved)
        }
    }

    /// Whether a segment would stay as it is: no row of it is dead, and its blocks are about as few as can be.
    private func isTidy(_ segment: Segment, _ live: RowBits) -> Bool {
        let most = BlockLayout.mostRows(dimension: dimension)
        guard segment.blocks.count <= 2 * ((segment.rows + most - 1) / most) else { return false }
        return segment.blocks.allSatisfy { live.count($0.firstRow..<$0.firstRow + $0.rows) == $0.rows }
    }

    /// Writes new segments in the place of untidy ones.
    /// - Returns: The numbers of all, in the order of their rows.
    private func rewritten(_ state: StoreState) throws -> [Int] {
        let most = BlockLayout.mostRows(dimension: dimension)
        var (numbers, next) = ([Int](), (state.manifest.segments.max() ?? 0) + 1)
        var target: SegmentWriter?
        var (halves, ids) = ([UInt16](), [Int64]())
        func flush() throws {
            guard !ids.isEmpty else { return }
            if target?.isFull ?? true {
                try target?.finish()
                target = try SegmentWriter(
                    creating: Segment.path(folder, next), dimension: dimension, settings: settings)
                numbers.append(next)
                next += 1
            }
            try target?.write(halves: halves[...], ids: ids[...])
            halves.removeAll(keepingCapacity: true)
            ids.removeAll(keepingCapacity: true)
        }
        for (number, segment) in zip(state.manifest.segments, state.segments) {
            if isTidy(segment, state.live) {
                try flush()
                try target?.finish()
                target = nil
                numbers.append(number)
                continue
            }
            for block in segment.blocks {
                for row in 0..<block.rows where state.live[block.firstRow + row] {
                    halves.append(contentsOf: segment.halves(block, row: row))
                    ids.append(segment.ids(block)[row])
                    if ids.count == most { try flush() }
                }
            }
        }
        try flush()
        try target?.finish()
        return numbers
    }
}
