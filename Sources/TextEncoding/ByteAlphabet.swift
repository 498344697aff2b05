/// The printable character that stands for each byte in byte-level vocabularies, as GPT-2's have it: a byte that is a
/// printable Latin-1 character by itself, and the others in turn from U+0100 on.
enum ByteAlphabet {
    /// The character of a byte.
    static func scalar(_ byte: UInt8) -> Unicode.Scalar { scalars[Int(byte)] }

    private static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0...UInt8.max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? "?"
            }
        }
    }()
}
