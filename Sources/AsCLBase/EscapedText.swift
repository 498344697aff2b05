/// Text without control characters, for a table's cells and for names that nothing else can show.
package enum EscapedText {
    /// `\` doubled; tabs, line breaks and other control characters, and bytes that are not UTF-8, as `\t`, `\n`, `\r`
    /// or `\x1B`.
    package static func escape(_ bytes: some Collection<UInt8>) -> String {
        let isText = String(validating: bytes, as: UTF8.self) != nil
        var escaped: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\\"): escaped += Array("\\\\".utf8)
            case UInt8(ascii: "\t"): escaped += Array("\\t".utf8)
            case UInt8(ascii: "\n"): escaped += Array("\\n".utf8)
            case UInt8(ascii: "\r"): escaped += Array("\\r".utf8)
            case _ where byte < 0x20 || byte == 0x7F || byte > 0x7F && !isText:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += Array("\\x\(byte < 0x10 ? "0" : "")\(digits)".utf8)
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
