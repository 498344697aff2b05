/// Text without control characters, for a table's cells and for names that nothing else can show.
package enum EscapedText {
    /// `\` doubled; tabs, line breaks and other control characters, and bytes that are not UTF-8, as `\t`, `\n`, `\r`
    /// or `\x1B`.
    package static func escape(_ bytes: some Collection<UInt8>) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.reduce(into: "") { $0 += $1 < 0x80 ? escaped(Unicode.Scalar($1)) : hexadecimal($1) }
        }
        return text.unicodeScalars.reduce(into: "") { $0 += escaped($1) }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\": "\\\\"
        case "\t": "\\t"
        case "\n": "\\n"
        case "\r": "\\r"
        case _ where scalar.properties.generalCategory == .control: String(scalar).utf8.map(hexadecimal).joined()
        default: String(scalar)
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        "\\x\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))"
    }
}
