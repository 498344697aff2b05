import AsCLBase
import CVectorScan

/// A search over what a store held at one moment.
struct Scan {
    let rowCount: Int
    private let state: StoreState
    private let dimension: Int
    private let threads: Int
    /// The filters' bits, one behind the other.
    private var filterWords: [UInt64] = []
    private let wordsPerFilter: Int

    init(_ state: StoreState, dimension: Int, threads: Int, filters: [RowBits]) {
        rowCount = state.rowCount
        wordsPerFilter = (state.rowCount + 63) / 64
        for filter in filters {
            filterWords += filter.words + repeatElement(0, count: wordsPerFilter - filter.words.count)
        }
        self.state = state
        self.dimension = dimension
        self.threads = threads
    }

    /// Of a batch of unit queries `[count, dimension]` the `top` best each.
    func best(
        _ units: ArraySlice<Float>, top: Int, filters: [Int?], on instructions: vs_instructions
    ) throws(InputError) -> [[VectorMatch]] {
        let wanted = min(max(10 * min(top, rowCount), 100), rowCount)
        let rows = try candidates(units, wanted: wanted, filters: filters, on: instructions)
        return rows.indices.map { query in
            let start = units.startIndex + query * dimension
            return rescored(rows[query], units[start..<start + dimension]).prefix(top).map(match)
        }
    }

    /// The `wanted` best rows by 8-bit codes for each of a batch of unit queries, best first.
    func candidates(
        _ units: ArraySlice<Float>, wanted: Int, filters: [Int?], on instructions: vs_instructions
    ) throws(InputError) -> [[Int]] {
        let blocks = state.segments.flatMap { segment in segment.blocks.map(segment.scannable) }
        let live = state.live.words + repeatElement(0, count: wordsPerFilter - state.live.words.count)
        var found = [vs_found](repeating: vs_found(), count: filters.count * wanted)
        var counts = [Int64](repeating: 0, count: filters.count)
        let status = filterWords.withUnsafeBufferPointer { words in
            let allowed = filters.map { $0.flatMap { place in words.baseAddress.map { $0 + place * wordsPerFilter } } }
            return units.withUnsafeBufferPointer { units in
                vs_scan(
                    blocks, Int64(blocks.count), Int64(dimension), units.baseAddress, Int64(filters.count), live,
                    allowed,
                    Int64(wanted), Int64(threads), instructions, &found, &counts)
            }
        }
        defer { withExtendedLifetime(state) {} }
        guard status == VS_OK else {
            throw InputError(
                place: "search", expected: "memory for the best \(wanted) of each query",
                found: status == VS_OUT_OF_MEMORY ? "too little" : "status \(status.rawValue)")
        }
        return counts.indices.map { query in
            found[query * wanted..<query * wanted + Int(counts[query])].map { Int($0.row) }
        }
    }

    /// A row and its product with a query, in float16.
    struct Rescored {
        let row: Int
        let score: Float
    }

    /// Rows in the order of their products in float16, equal ones by their numbers.
    func rescored(_ rows: [Int], _ unit: ArraySlice<Float>) -> [Rescored] {
        let places = rows.map(state.place)
        let halves = places.map { $0.segment.halves($0.block, row: $0.row).baseAddress }
        var scores = [Float](repeating: 0, count: rows.count)
        unit.withUnsafeBufferPointer {
            vs_products($0.baseAddress, halves, Int64(rows.count), Int64(dimension), &scores)
        }
        return Self.inOrder(zip(rows, scores).map { Rescored(row: $0, score: $1) })
    }

    /// The best first, equal ones by their numbers.
    static func inOrder(_ rows: [Rescored]) -> [Rescored] {
        rows.sorted { $0.score != $1.score ? $0.score > $1.score : $0.row < $1.row }
    }

    /// What a row is to whoever asked.
    func match(_ found: Rescored) -> VectorMatch {
        let place = state.place(of: found.row)
        return VectorMatch(id: place.segment.ids(place.block)[place.row], score: found.score)
    }
}
