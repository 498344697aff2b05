import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import ArrayFiles

@Suite struct SafetensorsTests {
    let scratch = try? ScratchFolder()

    func file(_ json: String, data: Int, length: UInt64? = nil) throws -> String {
        let size = length ?? UInt64(json.utf8.count)
        return try #require(scratch).file(
            "a.safetensors", bytes([size]) + Array(json.utf8) + [UInt8](repeating: 5, count: data))
    }

    func error(_ json: String, data: Int, length: UInt64? = nil) throws -> String {
        let path = try file(json, data: data, length: length)
        let line = try #require(throws: InputError.self) { try SafetensorsFile(path: path) }.description
        #expect(!line.contains("\n"))
        return line
    }

    @Test func `every element type has a name`() {
        #expect(Set(SafetensorsHeader.types.values.map { "\($0)" }).count == ElementType.allCases.count)
    }

    @Test func `an array is read`() throws {
        let json = #"{"__metadata__":{"format":"pt"},"a.b":{"dtype":"F16","shape":[2,1],"data_offsets":[0,4]}}"#
        let file = try SafetensorsFile(path: file(json, data: 4))
        #expect(file.metadata == ["format": "pt"])
        #expect(file.entries["a.b"]?.shape == [2, 1])
        #expect(file.entries["a.b"]?.elementType == .float16)
        #expect(file.bytes(of: "a.b").map(Array.init) == [5, 5, 5, 5])
        #expect(file.bytes(of: "c") == nil)
    }

    @Test func `what is written is read again`() throws {
        let scratch = try #require(scratch)
        let floats: [Float] = [1.5, -2, 3], flags: [UInt8] = [1], empty: [Int64] = []
        func write(_ name: String, reversed: Bool) throws -> String {
            let path = try scratch.file(name)
            try floats.withUnsafeBytes { floats in
                try flags.withUnsafeBytes { flags in
                    try empty.withUnsafeBytes { empty in
                        let items = [
                            SafetensorsWriter.Item(name: "flag \"é/", elementType: .bool, shape: [], bytes: flags),
                            SafetensorsWriter.Item(name: "none", elementType: .int64, shape: [2, 0], bytes: empty),
                            SafetensorsWriter.Item(name: "w", elementType: .float32, shape: [3, 1], bytes: floats),
                        ]
                        try SafetensorsWriter.write(
                            reversed ? items.reversed() : items, metadata: ["k": "v"], to: path)
                    }
                }
            }
            return path
        }
        let file = try SafetensorsFile(path: write("a", reversed: false))
        #expect(file.metadata == ["k": "v"])
        #expect(file.bytes(of: "w").map(Array.init) == bytes(floats))
        #expect(file.bytes(of: "flag \"é/").map(Array.init) == flags)
        #expect(file.entries["none"]?.shape == [2, 0])
        #expect(file.entries.count == 3)
        let address = try #require(file.bytes(of: "w")?.baseAddress)
        #expect(Int(bitPattern: address) % 4 == 0)
        #expect(try contents(write("b", reversed: true)) == contents(file.path))
    }

    @Test func `lying headers are named`() throws {
        func entry(_ name: String, _ begin: Int, _ end: Int, shape: String = "[1]", type: String = "F32") -> String {
            #""\#(name)":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":[\#(begin),\#(end)]}"#
        }
        #expect(
            try error("{\(entry("a", 0, 4))}", data: 3).hasSuffix(
                "data: expected 4 bytes for all arrays, found 3 bytes"))
        #expect(try error("{\(entry("a", 0, 4))}", data: 5).hasSuffix("expected 4 bytes for all arrays, found 5 bytes"))
        #expect(
            try error("{\(entry("a", 0, 8))}", data: 8).contains(
                "a: expected 4 bytes for F32 [1], found 8 bytes in data_offsets"))
        #expect(try error("{\(entry("a", 4, 0))}", data: 4).contains("expected data_offsets [begin, end]"))
        #expect(try error("{\(entry("a", -4, 0))}", data: 4).contains("expected data_offsets [begin, end]"))
        #expect(
            try error("{\(entry("a", 0, 4)),\(entry("b", 0, 4))}", data: 4).contains(
                "b: expected data_offsets that begin at 4, where the array before ends, found 0"))
        #expect(try error("{\(entry("a", 0, 4)),\(entry("b", 8, 12))}", data: 12).contains("found 8"))
        #expect(try error("{\(entry("a", 0, 4, type: "F31"))}", data: 4).hasSuffix("found F31"))
        #expect(try error("{\(entry("a", 0, 4, shape: "[-1]"))}", data: 4).contains("found [-1]"))
        let big = "[4611686018427387904,4611686018427387904]"
        #expect(try error("{\(entry("a", 0, 4, shape: big))}", data: 4).contains("fits 64 bits"))
        #expect(
            try error("{\(entry("a", 0, 4, shape: "[18446744073709551617]"))}", data: 4).contains("header: expected"))
    }

    @Test func `broken headers are named`() throws {
        #expect(try error("{}", data: 0, length: 3).contains("found a length of 3"))
        #expect(try error("{}", data: 0, length: .max).contains("at most 2 bytes, which the file has left"))
        for json in [
            "", "[]", "{", "nonsense", #"{"a":1}"#, #"{"__metadata__":{"a":1}}"#,
            #"{"a":{"dtype":"F32","shape":[1]}}"#, #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#,
            #"{"a":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}"#,
        ] {
            #expect(try error(json, data: 4).contains("a.safetensors: "), "\(json)")
        }
        let scratch = try #require(scratch)
        #expect(throws: InputError.self) { try SafetensorsFile(path: scratch.file("short", [1, 2])) }
    }

    @Test func `the writer refuses what could not be read`() throws {
        let scratch = try #require(scratch)
        let four: [UInt8] = [0, 0, 0, 0]
        four.withUnsafeBytes { bytes in
            func item(_ name: String, _ shape: [Int]) -> SafetensorsWriter.Item {
                SafetensorsWriter.Item(name: name, elementType: .float32, shape: shape, bytes: bytes)
            }
            for items in [[item("a", [2])], [item("a", [1]), item("a", [1])], [item("__metadata__", [1])]] {
                #expect(throws: InputError.self) { try SafetensorsWriter.write(items, to: scratch.file("w")) }
            }
        }
        #expect(try scratch.names.isEmpty)
    }
}
