/// Which ids a search may find.
package enum VectorFilter: Sendable {
    case allowing(Set<Int64>)
    case excluding(Set<Int64>)
    /// Those for which the closure, called once for each vector of the store, says so.
    case matching(@Sendable (Int64) -> Bool)

    /// The rows of a store that pass, where the table of ids is enough to tell.
    func knownRows(_ state: StoreState) -> RowBits? {
        switch self {
        case .allowing(let ids):
            var bits = RowBits(rows: state.rowCount)
            for row in ids.lazy.compactMap({ state.rowOfID[$0] }) { bits[row] = true }
            return bits
        case .excluding(let ids):
            var bits = state.live
            for row in ids.lazy.compactMap({ state.rowOfID[$0] }) { bits[row] = false }
            return bits
        case .matching: return nil
        }
    }

    /// The rows of a store that a closure picks.
    func matchingRows(_ state: StoreState) -> RowBits {
        guard case .matching(let isWanted) = self else { return state.live }
        var bits = RowBits(rows: state.rowCount)
        for segment in state.segments {
            for block in segment.blocks {
                for (place, id) in segment.ids(block).enumerated() where state.live[block.firstRow + place] {
                    if isWanted(id) { bits[block.firstRow + place] = true }
                }
            }
        }
        return bits
    }
}
