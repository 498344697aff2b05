import AsCLBase
import CVectorScan

/// Where in a block what lies: a header, then codes, scales, float16 and ids of its rows, each at a multiple of 64 bytes.
struct BlockLayout {
    /// Of a header, and what blocks are rounded up to.
    static let unit = 128

    let rows: Int
    let dimension: Int

    /// Rows of a block at most: about a megabyte of codes, so that threads share the blocks of a scan out evenly.
    static func mostRows(dimension: Int) -> Int { min(4096, max(16, (1 << 20) / dimension / 16 * 16)) }

    var codes: Range<Int> { Self.unit..<Self.unit + Int(vs_code_bytes(Int64(rows), Int64(dimension))) }
    var scales: Range<Int> { after(codes, Int(vs_scale_count(Int64(rows))) * MemoryLayout<Float>.size) }
    var halves: Range<Int> { after(scales, rows * dimension * MemoryLayout<UInt16>.size) }
    var ids: Range<Int> { after(halves, rows * MemoryLayout<Int64>.size) }
    /// The whole block.
    var byteCount: Int { (ids.upperBound + Self.unit - 1) / Self.unit * Self.unit }

    private func after(_ part: Range<Int>, _ count: Int) -> Range<Int> {
        let start = (part.upperBound + 63) / 64 * 64
        return start..<start + count
    }
}
