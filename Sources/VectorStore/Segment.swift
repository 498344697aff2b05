import AsCLBase
import CVectorScan

/// A mapped segment file: a header, then blocks of rows. Blocks are appended and never changed.
///
/// A block's body is on the disk before its header is written. So a file that ends in half a block, or in a body whose
/// header is still zeros, tells of an append that did not finish; other bytes than a header's digest allows tell of damage.
struct Segment: Sendable {
    /// A block's place in the file, and the number of its first row in the store.
    struct Block: Sendable {
        let offset: Int
        let rows: Int
        let firstRow: Int
    }

    static let format = 1

    let path: String
    let dimension: Int
    /// The number of its first row in the store, once it has one.
    let firstRow: Int
    private(set) var file: MappedFile
    private(set) var blocks: [Block] = []
    /// Where the last whole block ends.
    private(set) var end = SealedHeader.byteCount

    /// Maps a segment; nothing of its blocks is read yet.
    init(path: String, dimension: Int, firstRow: Int) throws(InputError) {
        self.path = path
        self.firstRow = firstRow
        self.dimension = dimension
        file = try MappedFile(path: path)
        guard file.bytes.count >= SealedHeader.byteCount,
            let header = SealedHeader(file.bytes), header.kind == .segment
        else { throw damage("header", "the header of a vector store's segment") }
        guard header.number == Self.format, header.dimension == dimension else {
            throw InputError(
                path: path, place: "header", expected: "format \(Self.format) and dimension \(dimension)",
                found: "format \(header.number) and dimension \(header.dimension)")
        }
    }

    /// The path of a segment by its number.
    static func path(_ folder: String, _ number: Int) -> String {
        let digits = String(number)
        return "\(folder)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).vectors"
    }

    var rows: Int { blocks.last.map { $0.firstRow + $0.rows - firstRow } ?? 0 }

    /// Reads the headers and ids of blocks that came since.
    /// - Parameters:
    ///   - isOpen: Whether blocks may still be appended, so that an unfinished one may stand at the end.
    ///   - isThorough: Whether to hold all bytes of the new blocks to their digests, not those of headers and ids alone.
    ///   - note: Gets the new blocks one by one.
    mutating func extend(
        isOpen: Bool, isThorough: Bool, _ note: (Segment, Block) -> Void
    ) throws(InputError) {
        file = try MappedFile(path: path)
        while end < file.bytes.count {
            guard let block = try nextBlock(isOpen: isOpen) else { return }
            blocks.append(block)
            end += layout(block).byteCount
            if isThorough { try verify(blocks.count - 1) }
            note(self, block)
        }
    }

    private func nextBlock(isOpen: Bool) throws(InputError) -> Block? {
        let rest = UnsafeRawBufferPointer(rebasing: file.bytes[end...])
        let place = "block \(blocks.count + 1)"
        guard rest.count >= SealedHeader.byteCount, rest.prefix(SealedHeader.byteCount).contains(where: { $0 != 0 })
        else {
            if isOpen { return nil }
            throw damage(place, "a block, as others follow in the next segment", found: "none that was finished")
        }
        guard let header = SealedHeader(rest), header.kind == .block, header.number == blocks.count + 1,
            header.dimension == dimension, (1...BlockLayout.mostRows(dimension: dimension)).contains(header.rows)
        else { throw damage(place, "a block's header as it was written") }
        let block = Block(offset: end, rows: header.rows, firstRow: firstRow + self.rows)
        let layout = layout(block)
        guard rest.count >= layout.byteCount else {
            if isOpen { return nil }
            throw damage(place, "\(layout.byteCount) bytes", found: "\(rest.count)")
        }
        let ids = UnsafeRawBufferPointer(rebasing: rest[layout.ids.lowerBound..<layout.byteCount])
        guard ContentDigest(of: ids) == header.ids else { throw damage(place, "ids as they were written") }
        return block
    }

    /// Holds a block's vectors to their digest.
    func verify(_ index: Int) throws(InputError) {
        let block = blocks[index]
        let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[block.offset..<block.offset + layout(block).byteCount])
        let body = UnsafeRawBufferPointer(rebasing: bytes[SealedHeader.byteCount..<layout(block).ids.lowerBound])
        guard let header = SealedHeader(bytes), ContentDigest(of: body) == header.body else {
            throw damage("block \(index + 1)", "vectors as they were written")
        }
    }

    private func damage(
        _ place: String, _ expected: String, found: String = "other bytes"
    ) -> InputError {
        InputError(
            path: path, place: place, expected: expected,
            found: "\(found): the file is damaged; restore it from a copy, or remove the folder and fill it anew")
    }

    func layout(_ block: Block) -> BlockLayout { BlockLayout(rows: block.rows, dimension: dimension) }

    // MARK: What lies in a block, valid as long as `file` is

    func scannable(_ block: Block) -> vs_block {
        vs_block(
            codes: pointer(block, layout(block).codes), scales: pointer(block, layout(block).scales),
            rows: Int64(block.rows), first_row: Int64(block.firstRow))
    }

    /// The ids `[rows]`.
    func ids(_ block: Block) -> UnsafeBufferPointer<Int64> {
        UnsafeBufferPointer(start: pointer(block, layout(block).ids), count: block.rows)
    }

    /// A row's float16 `[dimension]`, as bits.
    func halves(_ block: Block, row: Int) -> UnsafeBufferPointer<UInt16> {
        let start: UnsafePointer<UInt16>? = pointer(block, layout(block).halves)
        return UnsafeBufferPointer(start: start.map { $0 + row * dimension }, count: dimension)
    }

    private func pointer<Element>(_ block: Block, _ part: Range<Int>) -> UnsafePointer<Element>? {
        file.bytes.baseAddress.map { ($0 + block.offset + part.lowerBound).assumingMemoryBound(to: Element.self) }
    }
}
