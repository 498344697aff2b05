import AsCLBase

/// SentencePiece's table of characters and what each becomes: a double array (Aoe, IEEE Transactions on Software Engineering
/// 15, 1989, in the layout of darts-clone) that leads from bytes to a place in a list of texts.
struct CharacterTable: Sendable {
    private let units: [UInt32]
    /// The texts, a zero byte behind each.
    private let texts: [UInt8]

    /// - Parameter blob: The double array's bytes with their count before it, and the texts.
    init(_ blob: [UInt8], path: String) throws(InputError) {
        func wrong(_ found: String) -> InputError {
            InputError(path: path, place: "precompiled_charsmap", expected: "a double array and texts", found: found)
        }
        let table: (units: [UInt32], texts: [UInt8])? = blob.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            guard let count = reader.number(UInt32.self), count > 0, count % 4 == 0, let array = reader.take(Int(count))
            else { return nil }
            let units = (0..<array.count / 4).map {
                UInt32(littleEndian: array.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }
            return (units, Array(bytes[reader.offset...]))
        }
        guard let table else { throw wrong("\(blob.count) bytes that are none") }
        // Unicode's longest has 33 bytes; a hostile file's could be as long as the file, for every character of a text.
        guard table.texts.split(separator: 0).allSatisfy({ $0.count < 256 }) else { throw wrong("a text of 256 bytes") }
        guard table.texts.last == 0, String(validating: table.texts, as: UTF8.self) != nil else {
            throw wrong("texts that are cut or not UTF-8")
        }
        (units, texts) = table
    }

    /// What the longest known beginning of `bytes` becomes, and how many bytes it is of.
    func longestMatch(in bytes: ArraySlice<UInt8>) -> (text: ArraySlice<UInt8>, length: Int)? {
        var longest: (value: UInt32, length: Int)?
        var node = offset(units[0])
        for (index, byte) in bytes.enumerated() {
            node ^= UInt32(byte)
            // A unit's low byte is the byte that leads to it; a leaf's highest bit tells it from all bytes.
            guard let unit = unit(node), unit & (1 << 31 | 0xFF) == byte else { break }
            node ^= offset(unit)
            if unit >> 8 & 1 == 1, let leaf = self.unit(node) { longest = (leaf & (1 << 31 - 1), index + 1) }
        }
        guard let longest, longest.value < texts.count else { return nil }
        let text = texts[Int(longest.value)...].prefix { $0 != 0 }
        return (text, longest.length)
    }

    private func unit(_ index: UInt32) -> UInt32? { index < units.count ? units[Int(index)] : nil }

    private func offset(_ unit: UInt32) -> UInt32 { (unit >> 10) << ((unit & 1 << 9) >> 6) }
}
