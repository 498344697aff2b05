import AsCLBase
import Foundation

/// The header of a `.npy` file: magic, version, length and a Python dictionary.
struct NumpyHeader {
    let elementType: ElementType
    let shape: [Int]
    /// Whether the first dimension runs fastest.
    let isFortran: Bool
    /// Bytes before the data.
    let byteCount: Int

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(InputError) {
        func wrong(_ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: "header", expected: expected, found: found)
        }
        guard bytes.count >= 10, bytes.prefix(6).elementsEqual([0x93] + Array("NUMPY".utf8)) else {
            throw wrong("the signature of a .npy file", bytes.isEmpty ? "an empty file" : "other bytes")
        }
        let version = bytes[6]
        guard (1...3).contains(version) else { throw wrong("version 1, 2 or 3", "version \(version)") }
        let start = version == 1 ? 10 : 12
        guard bytes.count >= start else { throw wrong("\(start) bytes", "\(bytes.count)") }
        // The length is a little-endian integer of two bytes, from version 2 on of four.
        let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count - start >= length else {
            throw wrong("\(length) bytes of header", "\(bytes.count - start) bytes")
        }
        byteCount = start + length
        guard let text = String(bytes: bytes[start..<byteCount], encoding: version == 3 ? .utf8 : .isoLatin1) else {
            throw wrong("UTF-8 text", "other bytes")
        }
        let shown = String(text.split(separator: "\n").joined(separator: " ").prefix(120))
        var parser = PythonLiteral(text)
        guard let fields = parser.dictionary() else { throw wrong("a Python dictionary", shown) }
        guard case .text(let type)? = fields["descr"] else { throw wrong("one plain element type in descr", shown) }
        guard case .truth(let isFortran)? = fields["fortran_order"] else {
            throw wrong("fortran_order True or False", shown)
        }
        guard case .sizes(let sizes)? = fields["shape"], sizes.allSatisfy({ $0 >= 0 }) else {
            throw wrong("a shape of sizes", shown)
        }
        guard let elementType = Self.types[type] else {
            throw wrong(
                "an element type of \(Self.types.keys.sorted().joined(separator: " "))",
                "\(type); " + (type.contains("O") ? "those are Python objects, not numbers" : NumpyArray.remedy)
            )
        }
        self.isFortran = isFortran
        self.elementType = elementType
        shape = sizes
    }

    /// numpy's name of an element type, or nil where numpy has none.
    static func name(of elementType: ElementType) -> String? {
        types.first { $0.value == elementType }?.key
    }

    /// The element type of numpy's code without the order of bytes, `f4`; nil where it is none of these.
    static func type(code: String) -> ElementType? { types["<" + code] ?? types["|" + code] }

    /// The header, of version 1, that stands before the data; padded so that the data begins at a multiple of 64.
    static func encoded(typeName: String, shape: [Int]) -> [UInt8] {
        let sizes = shape.map { "\($0)," }.joined(separator: " ")
        var text = "{'descr': '\(typeName)', 'fortran_order': False, 'shape': (\(sizes)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let length = text.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
    }

    private static let types: [String: ElementType] = [
        "<f2": .float16, "<f4": .float32, "<f8": .float64, "|i1": .int8, "<i2": .int16, "<i4": .int32, "<i8": .int64,
        "|u1": .uint8, "|b1": .bool,
    ]
}
