import CVectorScan
import Testing

@testable import VectorStore

/// The scan in C++ against its definition written out number by number, on every instruction set of this machine.
@Suite struct VectorScanTests {
    static let instructions = [VS_PORTABLE, VS_AVX2, VS_AVX512_VNNI].filter {
        $0.rawValue <= vs_best_instructions().rawValue
    }

    struct Sizes: CustomStringConvertible, Sendable {
        let dimension: Int
        let blocks: [Int]
        let queries, wanted, threads: Int
        var description: String { "\(blocks) rows of \(dimension), \(queries) queries, best \(wanted)" }
    }

    static let sizes = [
        Sizes(dimension: 1, blocks: [1], queries: 1, wanted: 1, threads: 1),
        Sizes(dimension: 3, blocks: [15, 1, 40], queries: 2, wanted: 60, threads: 2),
        Sizes(dimension: 8, blocks: [16, 17, 1], queries: 64, wanted: 3, threads: 3),
        Sizes(dimension: 17, blocks: [100, 33], queries: 33, wanted: 7, threads: 2),
        Sizes(dimension: 63, blocks: [250], queries: 5, wanted: 1, threads: 1),
        Sizes(dimension: 64, blocks: [48, 64, 160], queries: 16, wanted: 20, threads: 2),
        Sizes(dimension: 100, blocks: [99, 101], queries: 17, wanted: 10, threads: 2),
        Sizes(dimension: 1001, blocks: [20], queries: 3, wanted: 5, threads: 1),
        Sizes(dimension: 4096, blocks: [18, 2], queries: 2, wanted: 5, threads: 2),
    ]

    @Test(arguments: sizes, instructions)
    func `finds what the definition says`(_ sizes: Sizes, _ instructions: vs_instructions) throws {
        let count = sizes.blocks.reduce(0, +)
        let table = Table(clustered(count, sizes.dimension), sizes.dimension, blocks: sizes.blocks)
        let queries = clustered(sizes.queries, sizes.dimension, seed: 2)
        let live = (0..<count).map { $0 % 5 != 3 }
        let allowed = (0..<sizes.queries).map { query in query % 3 == 1 ? (0..<count).map { $0 % 3 != query % 2 } : nil
        }
        let found = try table.scan(
            queries, live: live, allowed: allowed, wanted: sizes.wanted, threads: sizes.threads, on: instructions)
        for (query, vector) in rows(queries, sizes.dimension).enumerated() {
            let scores = table.scores(vector)
            let expected = scores.indices.filter { live[$0] && allowed[query]?[$0] ?? true }
                .sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }.prefix(sizes.wanted)
            #expect(found[query].map(\.row) == Array(expected))
            #expect(found[query].map(\.score) == expected.map { scores[$0] })
        }
    }

    /// All codes are 127 or -127: sums of products are as large as they can be, which 16 bits must not cut.
    @Test(arguments: instructions, [8, 100, 4096])
    func `the largest products do not saturate`(_ instructions: vs_instructions, _ dimension: Int) throws {
        let same = [Float](repeating: 1, count: dimension)
        let vectors = same + same.map { -$0 } + same.indices.map { $0 % 2 == 0 ? 1 : -1 }
        let table = Table(vectors, dimension, blocks: [3])
        let found = try table.scan(
            rows(vectors, dimension).flatMap { $0.map { $0 / Float(dimension).squareRoot() } }, live: nil,
            allowed: [nil, nil, nil], wanted: 3, threads: 1, on: instructions)
        #expect(found.map { $0.map(\.row) } == [[0, 2, 1], [1, 2, 0], [2, 0, 1]])
        #expect(
            zip(found.flatMap { $0.map(\.score) }, [1, 0, -1, 1, 0, -1, 1, 0, 0]).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test(arguments: instructions)
    func `equal rows come by their numbers, however many threads look`(_ instructions: vs_instructions) throws {
        let one = clustered(1, 24)
        let table = Table((0..<500).flatMap { _ in one }, 24, blocks: [7, 100, 16, 377])
        for threads in [1, 2, 5] {
            let found = try table.scan(
                one, live: nil, allowed: [nil], wanted: 30, threads: threads, on: instructions)
            #expect(found[0].map(\.row) == Array(0..<30))
        }
    }

    @Test func `float16 is rounded to the nearest, ties to even`() {
        let numbers: [Float] =
            [
                1, -1, 0, 0.1, 1 / 3, 1.00048828125 / 2, 1.00146484375 / 2, 6.1e-5, 6.0975551e-5, 5.9604645e-8,
                2.9802322e-8,
                2.99e-8, -3e-6, 1e-12, 0.99999,
            ]  // the last but four are below the normal numbers
        var halves = [UInt16](repeating: 0, count: numbers.count)
        var bad: Int64 = 0
        // With a large first number lengths are about 1, so that the rest stay what they are.
        for (place, number) in numbers.enumerated() {
            let vector = [number, (1 - number * number).squareRoot()]
            var units = [Float](repeating: 0, count: 2)
            var pair = [UInt16](repeating: 0, count: 2)
            #expect(vs_normalize(vector, 1, 2, &units, &pair, &bad) == VS_OK)
            halves[place] = pair[0]
            #expect(Float16(bitPattern: pair[0]) == Float16(units[0]), "\(number)")
        }
    }
}

/// Rows as a scan reads them, and their codes as its definition has them.
private struct Table {
    let dimension: Int
    private var halves: [UInt16]
    private var blocks: [(codes: UnsafeMutableRawPointer, scales: [Float], rows: Int, first: Int)] = []

    init(_ vectors: [Float], _ dimension: Int, blocks sizes: [Int]) {
        self.dimension = dimension
        halves = [UInt16](repeating: 0, count: vectors.count)
        var bad: Int64 = 0
        #expect(vs_normalize(vectors, Int64(vectors.count / dimension), Int64(dimension), nil, &halves, &bad) == VS_OK)
        var first = 0
        for rows in sizes {
            let size = Int(vs_code_bytes(Int64(rows), Int64(dimension)))
            let codes = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
            var scales = [Float](repeating: -1, count: Int(vs_scale_count(Int64(rows))))
            vs_encode(
                Array(halves[(first * dimension)...]), Int64(rows), Int64(dimension),
                codes.assumingMemoryBound(to: Int8.self), &scales)
            blocks.append((codes, scales, rows, first))
            first += rows
        }
    }

    func scan(
        _ queries: [Float], live: [Bool]?, allowed: [[Bool]?], wanted: Int, threads: Int,
        on instructions: vs_instructions
    ) throws -> [[(row: Int, score: Float)]] {
        defer { withExtendedLifetime(self) {} }
        let own = blocks.map { block in
            block.scales.withUnsafeBufferPointer { scales in
                let copy = UnsafeMutableBufferPointer<Float>.allocate(capacity: scales.count)
                _ = copy.initialize(from: scales)
                return vs_block(
                    codes: UnsafePointer(block.codes.assumingMemoryBound(to: Int8.self)), scales: copy.baseAddress,
                    rows: Int64(block.rows), first_row: Int64(block.first))
            }
        }
        func words(_ bits: [Bool]?) -> UnsafePointer<UInt64>? {
            guard let bits else { return nil }
            var rows = RowBits(rows: bits.count)
            for (row, bit) in bits.enumerated() where bit { rows[row] = true }
            let copy = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: rows.words.count)
            _ = copy.initialize(from: rows.words)
            return UnsafePointer(copy.baseAddress)
        }
        let count = allowed.count
        var found = [vs_found](repeating: vs_found(), count: count * wanted)
        var counts = [Int64](repeating: 0, count: count)
        let status = vs_scan(
            own, Int64(own.count), Int64(dimension), queries, Int64(count), words(live), allowed.map(words),
            Int64(wanted),
            Int64(threads), instructions, &found, &counts)
        try #require(status == VS_OK)
        return (0..<count).map { query in
            found[query * wanted..<query * wanted + Int(counts[query])].map { (Int($0.row), $0.score) }
        }
    }

    /// The score of every row, from codes made here.
    func scores(_ query: [Float]) -> [Float] {
        let most = query.map(abs).max() ?? 0
        let codes = query.map { Int(($0 / most * 127).rounded(.toNearestOrEven)) }
        return stride(from: 0, to: halves.count, by: dimension).map { start in
            let row = halves[start..<start + dimension].map { Float(Float16(bitPattern: $0)) }
            let largest = row.map(abs).max() ?? 0
            let sum = zip(row, codes).reduce(0) { sum, pair in
                sum + Int((pair.0 * (127 / largest)).rounded(.toNearestOrEven)) * pair.1
            }
            return Float(sum) * (largest / 127) * (most / 127)
        }
    }
}
