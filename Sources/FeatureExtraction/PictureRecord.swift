/// A picture's features, laid out by a `RecordLayout`.
package struct PictureRecord: Sendable {
    private enum Place {
        /// A row of a block, which stays readable whatever becomes of its file.
        case block(BlockFile, row: Int)
        case memory([UInt8])
    }

    private let place: Place

    init(_ block: BlockFile, row: Int) { place = .block(block, row: row) }

    /// Of features that lie in no block.
    package init(_ bytes: [UInt8]) { place = .memory(bytes) }

    /// Its bytes, for as long as `body` runs.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch place {
        case .block(let file, let row): try file.withRecord(row, body)
        case .memory(let bytes): try bytes.withUnsafeBytes(body)
        }
    }
}
