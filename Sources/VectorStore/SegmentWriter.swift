import AsCLBase
import CVectorScan
import Foundation

/// Appends blocks to a segment file. What `finish` has returned from is on the disk.
final class SegmentWriter {
    let path: String
    private let dimension: Int
    private let settings: WriterSettings
    private let descriptor: Int32
    /// Where the last finished block ends, and where the next one is to begin.
    private var end: Int
    private var next: Int
    private var blockCount: Int
    /// Headers of blocks whose bodies were written, by their places.
    private var headers: [(offset: Int, bytes: [UInt8])] = []

    var isFull: Bool { next >= settings.segmentSize }

    /// Makes a segment without blocks, on the disk.
    init(creating path: String, dimension: Int, settings: WriterSettings) throws {
        let header = SealedHeader(kind: .segment, number: Segment.format, rows: 0, dimension: dimension)
        try AtomicFile.write(Data(header.encoded), to: path)
        (self.path, self.dimension, self.settings) = (path, dimension, settings)
        (end, next, blockCount) = (SealedHeader.byteCount, SealedHeader.byteCount, 0)
        descriptor = try Self.open(path)
    }

    /// Goes on with a segment; what an unfinished append left behind its last whole block is cut off.
    /// - Returns: How many bytes that was, in `cut`.
    init(continuing segment: Segment, cut: inout Int, settings: WriterSettings) throws {
        (path, dimension, self.settings) = (segment.path, segment.dimension, settings)
        (end, next, blockCount) = (segment.end, segment.end, segment.blocks.count)
        descriptor = try Self.open(path)
        cut = segment.file.bytes.count - end
        if cut > 0 { try truncate() }
    }

    private static func open(_ path: String) throws(InputError) -> Int32 {
        let descriptor = Foundation.open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path, place: "opening", expected: "a file that can be written") }
        return descriptor
    }

    deinit { close(descriptor) }

    /// Writes the body of a block.
    /// - Parameters:
    ///   - halves: Unit vectors `[rows, dimension]` in float16, as bits.
    ///   - ids: `[rows]`.
    func write(halves: ArraySlice<UInt16>, ids: ArraySlice<Int64>) throws {
        let layout = BlockLayout(rows: ids.count, dimension: dimension)
        var header = SealedHeader(kind: .block, number: blockCount + 1, rows: ids.count, dimension: dimension)
        var block = [UInt8](repeating: 0, count: layout.byteCount)
        block.withUnsafeMutableBytes { block in
            halves.withUnsafeBufferPointer { halves in
                guard let base = block.baseAddress else { return }
                vs_encode(
                    halves.baseAddress, Int64(ids.count), Int64(dimension),
                    (base + layout.codes.lowerBound).assumingMemoryBound(to: Int8.self),
                    (base + layout.scales.lowerBound).assumingMemoryBound(to: Float.self))
                UnsafeMutableRawBufferPointer(rebasing: block[layout.halves]).copyMemory(
                    from: UnsafeRawBufferPointer(halves))
            }
            ids.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: block[layout.ids]).copyMemory(from: $0) }
            header.body = ContentDigest(
                of: .init(rebasing: block[SealedHeader.byteCount..<layout.ids.lowerBound]))
            header.ids = ContentDigest(of: .init(rebasing: block[layout.ids.lowerBound..<layout.byteCount]))
        }
        try write(block, at: next)
        headers.append((next, header.encoded))
        next += layout.byteCount
        blockCount += 1
        try settings.reached(.bodyWritten)
    }

    /// Puts the blocks on the disk, bodies before headers.
    func finish() throws {
        guard !headers.isEmpty else { return }
        try synchronize()
        for header in headers {
            try settings.reached(.headerDue)
            try write(header.bytes, at: header.offset)
        }
        try synchronize()
        headers = []
        end = next
        try settings.reached(.blocksFinished)
    }

    /// Forgets the blocks since the last `finish`, after an error.
    func abandon() throws {
        blockCount -= headers.count
        headers = []
        next = end
        try truncate()
    }

    private func write(_ bytes: [UInt8], at offset: Int) throws(InputError) {
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            let count = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + written)) }
            if count < 0 {
                if errno == EINTR { continue }
                throw .system(path, place: "writing", expected: "room for \(bytes.count) more bytes")
            }
            written += count
        }
    }

    private func synchronize() throws(InputError) {
        guard fsync(descriptor) == 0 else {
            throw .system(path, place: "writing", expected: "room on the disk")
        }
    }

    private func truncate() throws(InputError) {
        guard ftruncate(descriptor, off_t(end)) == 0 else {
            throw .system(path, place: "cutting back to \(end) bytes", expected: "a file that can be written")
        }
        try synchronize()
    }
}
