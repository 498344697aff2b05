import AsCLBase
import RetrievalFixtures
import Testing

@testable import ArrayFiles

@Suite struct NumpyArrayTests {
    let scratch = try? ScratchFolder()

    /// A file whose header is `text`, written the way the format's description says for `version`.
    func npy(version: UInt8 = 1, _ text: String, data: [UInt8] = []) throws -> String {
        let length = text.utf8.count
        let size = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
        let file = [0x93] + Array("NUMPY".utf8) + [version, 0] + size + Array(text.utf8) + data
        return try #require(scratch).file("a.npy", file)
    }

    func error(_ path: String) throws -> String {
        try #require(throws: InputError.self) { try NumpyArray(path: path) }.description
    }

    @Test(arguments: [UInt8(1), 2, 3]) func `every version is read`(version: UInt8) throws {
        let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }   \n"
        let values: [Float] = [1, 2, 3, 4, 5, -6.5]
        let array = try NumpyArray(path: npy(version: version, header, data: bytes(values)))
        #expect(array.elementType == .float32)
        #expect(array.shape == [2, 3])
        #expect(Array(array.bytes) == bytes(values))
    }

    @Test(arguments: [("()", []), ("(3,)", [3]), ("(0, 4)", [0, 4]), ("( 1,3 ,1)", [1, 3, 1])] as [(String, [Int])])
    func `shapes are read`(text: String, shape: [Int]) throws {
        let count = shape.reduce(1, *)
        let header = "{\"shape\": \(text), 'fortran_order': False, 'descr': '|u1'}\n"
        #expect(try NumpyArray(path: npy(header, data: Array(repeating: 7, count: count))).shape == shape)
    }

    @Test(arguments: ElementType.allCases.filter { $0 != .bfloat16 })
    func `what is written is read again`(elementType: ElementType) throws {
        let path = try #require(scratch).file("b.npy")
        let data = (0..<6 * elementType.byteCount).map { UInt8($0 % 2) }
        let writer = try NumpyWriter(path: path, elementType: elementType, shape: [3, 2])
        try data.withUnsafeBytes { try writer.append($0) }
        try writer.finish()
        let array = try NumpyArray(path: path)
        #expect(array.elementType == elementType)
        #expect(array.shape == [3, 2])
        #expect(Array(array.bytes) == data)
        #expect((array.file.bytes.count - data.count) % 64 == 0)
        #expect(array.file.bytes[array.file.bytes.count - data.count - 1] == UInt8(ascii: "\n"))
    }

    @Test func `bad headers are named`() throws {
        let head = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
        let eight = [UInt8](repeating: 0, count: 8)
        #expect(
            try error(npy(head, data: Array(eight[1...]))).hasSuffix(
                "a.npy: data: expected 8 bytes for shape [2], found 7 bytes"))
        #expect(try error(npy(head, data: eight + [0])).hasSuffix("expected 8 bytes for shape [2], found 9 bytes"))
        #expect(try error(npy(version: 4, head, data: eight)).hasSuffix("expected version 1, 2 or 3, found version 4"))
        #expect(
            try error(npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", data: eight)).hasSuffix(
                "expected C order, found Fortran order; in Python, np.save(path, np.ascontiguousarray(np.load(path), "
                    + "dtype=np.float32)) mends it"))
        #expect(
            try error(npy("{'descr': '>f4', 'fortran_order': False, 'shape': (2,), }", data: eight)).contains(
                "found >f4; in Python, np.save("))
        let big = "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }"
        #expect(try error(npy(big)).contains("a shape whose size fits 64 bits"))
        for text in [
            "", "{", "[1]", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)} x",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}",
            "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        ] {
            let line = try error(npy(text, data: eight))
            #expect(line.contains("a.npy: header: expected"), "\(text)")
            #expect(!line.contains("\n"))
        }
    }

    @Test func `cut and foreign files are named`() throws {
        let scratch = try #require(scratch)
        let whole = try npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", data: bytes([Float(1), 2]))
        let file = try contents(whole)
        for count in 0..<file.count {
            let path = try scratch.file("cut.npy", Array(file[..<count]))
            #expect(throws: InputError.self, "\(count) bytes") { try NumpyArray(path: path) }
        }
        #expect(
            try error(scratch.file("no.npy")).hasSuffix(
                "no.npy: opening: expected a readable file, found No such file or directory"))
        #expect(try error(scratch.path).hasSuffix("expected a regular file, found a folder"))
        #expect(try error(scratch.file("text.npy", Array("a plain text file".utf8))).contains("signature"))
    }
}
