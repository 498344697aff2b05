import AsCLBase
import CNeighbourGraph
import CVectorScan
import Foundation
import Synchronization

/// A graph of neighbours over the rows of a store, for collections that are too large to look at every row: it finds most of
/// the nearest, not all. It lies beside the segments and may be removed at any time.
///
/// It holds the rows of one generation of the store, deleted ones too, which are left out when they are found. Rows that came
/// since are added; a compaction numbers rows anew, and the graph is then made anew. May be used from several threads.
package final class NeighbourGraph: Sendable {
    private let store: VectorStore
    private let generation: Int
    private let graph: Mutex<Graph>

    /// Owns what the library made.
    private final class Graph: @unchecked Sendable {
        // Sendable, as the mutex lets one thread at a time have it.
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { ng_free(pointer) }
    }

    /// Rows that a search adds by itself; more are left to the next opening, and the store is scanned meanwhile.
    private static let mostAdded = 4096

    /// Opens the graph of a store, makes what is missing of it, and keeps it.
    /// - Parameter progress: Told how many rows are in it, of how many.
    package init(of store: VectorStore, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws {
        let state = store.state.withLock { $0.withoutIDs }
        let file = GraphFile(folder: store.folder, generation: state.manifest.generation)
        let known = try file.load(dimension: store.dimension, rows: state.rowCount)
        guard let pointer = known ?? ng_create(Int64(store.dimension)) else { throw Self.outOfMemory(store) }
        let made = Graph(pointer)
        let before = Int(ng_count(pointer))
        try Self.add(to: made, of: state, store, progress)
        // A file of a gigabyte is not written for a few rows.
        if known == nil || state.rowCount - before > state.rowCount / 100 { try file.save(pointer) }
        self.store = store
        generation = state.manifest.generation
        graph = Mutex(made)
    }

    /// The nearest vectors to each query that the graph comes to, best first, in the order of float16; nil where the graph is
    /// not of the rows that the store has now, and the store is to be scanned.
    package func search(queries: [[Float]], top: Int) throws -> [[VectorMatch]]? {
        let state = store.state.withLock { $0.withoutIDs }
        guard state.manifest.generation == generation else { return nil }
        let units = try store.normalized(queries.flatMap { $0 }[...], wantsUnits: true) { "query \($0 + 1)" }.units
        let dimension = store.dimension
        let scan = Scan(state, dimension: dimension, threads: 1, filters: [])
        // Some more than are wanted, for deleted ones are among them.
        let wanted = min(max(top + top / 2, 100), state.rowCount)
        guard wanted > 0 else { return queries.map { _ in [] } }
        return try graph.withLock { graph in
            let missing = state.rowCount - Int(ng_count(graph.pointer))
            guard missing <= Self.mostAdded else { return nil }
            if missing > 0 { try Self.add(to: graph, of: state, store) { _, _ in } }
            var found: [[VectorMatch]] = []
            for query in queries.indices {
                let unit = units[query * dimension..<(query + 1) * dimension]
                var rows = [Int64](repeating: 0, count: wanted)
                let count = unit.withUnsafeBufferPointer {
                    ng_search(graph.pointer, $0.baseAddress, Int64(wanted), &rows)
                }
                guard count >= 0 else { throw Self.outOfMemory(store) }
                let live = rows.prefix(Int(count)).map { Int($0) }.filter { state.live[$0] }
                // Too many of them were deleted ones.
                guard live.count >= min(top, state.live.count) else { return nil }
                found.append(scan.rescored(live, unit).prefix(top).map(scan.match))
            }
            return found
        }
    }

    /// Of its file.
    package var byteCount: Int {
        get throws { try GraphFile(folder: store.folder, generation: generation).byteCount }
    }

    /// Puts the rows in that are missing, some at a time.
    private static func add(
        to graph: Graph, of state: StoreState, _ store: VectorStore, _ progress: (Int, Int) -> Void
    ) throws {
        for segment in state.segments {
            for block in segment.blocks {
                let first = Int(ng_count(graph.pointer))
                guard first < block.firstRow + block.rows else { continue }
                let rows = (first - block.firstRow)..<block.rows
                let vectors = rows.flatMap { row in
                    segment.halves(block, row: row).map { Float(Float16(bitPattern: $0)) }
                }
                guard ng_add(graph.pointer, vectors, Int64(rows.count), Int64(store.threads)) == 1 else {
                    throw outOfMemory(store)
                }
                progress(block.firstRow + block.rows, state.rowCount)
            }
        }
    }

    private static func outOfMemory(_ store: VectorStore) -> InputError {
        InputError(
            path: store.folder, place: "graph of neighbours", expected: "memory for \(store.count) rows",
            found: "too little: search without it")
    }
}
