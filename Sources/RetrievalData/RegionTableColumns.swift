import Foundation

/// What the columns of a published table of region features hold, told by their number and by what the first line has.
///
/// Arrays are base64 of float32: `boxes` are `[regions, 4]` in pixels, `features` `[regions, dimension]`.
package enum RegionTableColumns: String, Sendable {
    /// `image_id image_w image_h num_boxes boxes features`, of bottom-up attention.
    case bottomUpAttention = "bottom-up attention's table"
    /// `img_id img_h img_w objects_id objects_conf attrs_id attrs_conf num_boxes boxes features`, of LXMERT.
    case lxmert = "LXMERT's table"
    /// `image_key num_boxes features`, of VinVL.
    case vinvl = "VinVL's table"
    /// `image_key {"num_boxes": ..., "features": ...}`, of VinVL.
    case vinvlJSON = "VinVL's table of JSON"

    /// How many columns there are.
    package var count: Int {
        switch self {
        case .bottomUpAttention: 6
        case .lxmert: 10
        case .vinvl: 3
        case .vinvlJSON: 2
        }
    }

    /// The columns of a file that begins with `bytes`; nil where it is no such table.
    package init?(startOf bytes: UnsafeRawBufferPointer) {
        // A name and a tab: most other files are told from a table by their first bytes.
        guard bytes.prefix(4096).contains(UInt8(ascii: "\t")) else { return nil }
        var line = Self.line(of: bytes, at: 0)
        if Self.isHeading(bytes, line) { line = Self.line(of: bytes, at: line.upperBound + 1) }
        // More than the 10 columns there may be need not be told apart.
        let fields = bytes[line].split(separator: UInt8(ascii: "\t"), maxSplits: 10, omittingEmptySubsequences: false)
        func isNumber(_ column: Int) -> Bool { Int(String(decoding: fields[column].prefix(20), as: UTF8.self)) != nil }
        guard let id = fields.first, !id.isEmpty else { return nil }
        switch fields.count {
        case 6 where (1...3).allSatisfy(isNumber): self = .bottomUpAttention
        case 10 where [1, 2, 7].allSatisfy(isNumber): self = .lxmert
        case 3 where isNumber(1) && fields[2].count >= 4: self = .vinvl
        case 2 where fields[1].first == UInt8(ascii: "{"): self = .vinvlJSON
        default: return nil
        }
    }

    /// Whether a line names the columns instead of holding an image.
    package static func isHeading(_ bytes: UnsafeRawBufferPointer, _ line: Range<Int>) -> Bool {
        ["image_id\t", "img_id\t"].contains { bytes[line].starts(with: $0.utf8) }
    }

    /// The line that begins at `offset`, without what ends it.
    package static func line(of bytes: UnsafeRawBufferPointer, at offset: Int) -> Range<Int> {
        guard offset < bytes.count, let base = bytes.baseAddress else { return bytes.count..<bytes.count }
        guard let end = memchr(base + offset, 10, bytes.count - offset) else { return offset..<bytes.count }
        return offset..<UnsafeRawPointer(end) - base
    }
}
