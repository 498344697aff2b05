import Foundation

/// Width and height of a JPEG, from its frame header (ITU-T T.81, B.2.2).
struct JPEGSize: Equatable {
    let width, height: Int

    /// Nil where the bytes are no JPEG that says its size.
    init?(_ jpeg: Data) {
        let bytes = [UInt8](jpeg)
        var place = 2  // behind the start of the image
        while place + 9 < bytes.count, bytes[place] == 0xFF {
            let marker = bytes[place + 1]
            // C0 to CF are frames, but for tables of Huffman codes, arithmetic conditioning and a reserved one.
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                height = Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
                width = Int(bytes[place + 7]) << 8 | Int(bytes[place + 8])
                return
            }
            place += 2 + (Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
        }
        return nil
    }
}
