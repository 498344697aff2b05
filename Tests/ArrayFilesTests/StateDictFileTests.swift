import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import ArrayFiles

/// Files that `torch.save` itself wrote: scripts/make_pth_goldens.py.
@Suite struct StateDictFileTests {
    static let formats = ["zip.1.13", "zip.2.13", "legacy.1.13", "legacy.2.13"]

    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.path(forResource: name, ofType: "pth", inDirectory: "Resources/StateDicts"))
    }

    func expect<Element: BitwiseCopyable>(_ file: StateDictFile, _ name: String, _ shape: [Int], _ values: [Element])
        throws
    {
        let held = try #require(file.bytes(of: name), "\(name)")
        #expect(file.entries[name]?.shape == shape, "\(name)")
        #expect(withExtendedLifetime(held) { Array(held.bytes) } == bytes(values), "\(name)")
    }

    @Test(arguments: formats) func `every element type is read`(_ format: String) throws {
        let file = try StateDictFile(path: Self.path("tensors.\(format)"))
        #expect(file.entries.count == 16)
        for type in ElementType.allCases { #expect(file.entries["\(type)"]?.elementType == type) }
        try expect(file, "float16", [2, 3], [0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500] as [UInt16])
        try expect(file, "bfloat16", [2, 3], [0, 0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0] as [UInt16])
        try expect(file, "float32", [2, 3], [0, 1, 2, 3, 4, 5] as [Float])
        try expect(file, "float64", [2, 3], [0, 1, 2, 3, 4, 5] as [Double])
        try expect(file, "int8", [2, 3], [0, 1, 2, 3, 4, 5] as [Int8])
        try expect(file, "int16", [2, 3], [0, 1, 2, 3, 4, 5] as [Int16])
        try expect(file, "int32", [2, 3], [0, 1, 2, 3, 4, 5] as [Int32])
        try expect(file, "int64", [2, 3], [0, 1, 2, 3, 4, 5] as [Int64])
        try expect(file, "uint8", [2, 3], [0, 1, 2, 3, 4, 5] as [UInt8])
        try expect(file, "bool", [2, 3], [0, 1, 1, 1, 1, 1] as [UInt8])
    }

    @Test(arguments: formats) func `views, scalars and parameters are read`(_ format: String) throws {
        let file = try StateDictFile(path: Self.path("tensors.\(format)"))
        try expect(file, "scalar", [], [2.5] as [Float])
        try expect(file, "empty", [0, 4], [] as [Float])
        try expect(file, "view", [3], [2, 3, 4] as [Float])
        try expect(file, "turned", [3, 2], [0, 3, 1, 4, 2, 5] as [Float])
        try expect(file, "column", [2], [2, 5] as [Float])
        try expect(file, "parameter", [2], [7, 8] as [Float])
        #expect(file.bytes(of: "nothing") == nil)
    }

    @Test(arguments: formats) func `a module is read`(_ format: String) throws {
        let file = try StateDictFile(path: Self.path("module.\(format)"))
        #expect(
            file.entries.keys.sorted() == [
                "0.bias", "0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight",
            ])
        try expect(file, "0.weight", [2, 2], [0.5, 0.5, 0.5, 0.5] as [Float])
        try expect(file, "1.num_batches_tracked", [], [0] as [Int64])
    }

    @Test(arguments: formats) func `the state dict of a checkpoint is read`(_ format: String) throws {
        let file = try StateDictFile(path: Self.path("nested.\(format)"))
        #expect(Array(file.entries.keys) == ["weight"])
        try expect(file, "weight", [2], [1, 2] as [Float])
    }

    @Test(arguments: formats) func `anything that could run is refused by name`(_ format: String) throws {
        let path = try Self.path("hostile.\(format)")
        let line = try #require(throws: InputError.self) { try StateDictFile(path: path) }.description
        #expect(line.hasPrefix(path))
        #expect(line.contains("byte ") && line.hasSuffix("found the global posix.system"), "\(line)")
        #expect(!FileManager.default.fileExists(atPath: "pickle-was-executed"))
    }

    @Test func `contiguous tensors are the file's own pages`() throws {
        let file = try StateDictFile(path: Self.path("tensors.zip.2.13"))
        let view = try #require(file.bytes(of: "view")), base = try #require(file.bytes(of: "float32"))
        let copy = try #require(file.bytes(of: "turned")), again = try #require(file.bytes(of: "turned"))
        #expect(view.bytes.baseAddress == base.bytes.baseAddress.map { $0 + 8 })
        #expect(copy.bytes.baseAddress != again.bytes.baseAddress)
    }

    /// Cut anywhere, a file is refused with one line: never read in part, never a crash.
    @Test(arguments: ["zip.2.13", "legacy.1.13"]) func `every truncation is refused`(_ format: String) throws {
        let scratch = try ScratchFolder()
        let whole = try contents(Self.path("module.\(format)"))
        let path = try scratch.file("cut.pth", whole)
        for count in whole.indices.reversed() {
            #expect(truncate(path, off_t(count)) == 0)
            let line = try #require(throws: InputError.self) { try StateDictFile(path: path) }.description
            #expect(line.hasPrefix(path) && !line.utf8.contains(10), "\(line)")
        }
    }

    /// Whatever one byte is changed to, reading ends with entries that can be read or with an error of one line.
    @Test(arguments: ["zip.2.13", "legacy.1.13"]) func `no changed byte crashes`(_ format: String) throws {
        let scratch = try ScratchFolder()
        let whole = try contents(Self.path("module.\(format)"))
        let path = try scratch.file("changed.pth", whole)
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        func write(_ byte: UInt8, at place: Int) throws {
            try handle.seek(toOffset: UInt64(place))
            try handle.write(contentsOf: [byte])
        }
        for place in whole.indices {
            try write(whole[place] ^ [0xff, 0x01, 0x80][place % 3], at: place)
            do throws(InputError) {
                let file = try StateDictFile(path: path)
                // Touches every byte.
                for name in file.entries.keys { _ = file.bytes(of: name)?.bytes.reduce(0, &+) }
            } catch {
                #expect(!error.description.utf8.contains(10))
            }
            try write(whole[place], at: place)
        }
    }

    @Test func `formats are told by content`() throws {
        let scratch = try ScratchFolder()
        func found(_ content: [UInt8]) throws -> String {
            let path = try scratch.file("weights.pth", content)
            return try #require(throws: InputError.self) { try WeightsFile(path: path) }.found
        }
        guard case .stateDict = try WeightsFile(path: Self.path("module.zip.2.13")),
            case .stateDict = try WeightsFile(path: Self.path("module.legacy.1.13")),
            case .safetensors = try WeightsFile(
                path: scratch.file("weights.pth", bytes([2 as UInt64]) + Array("{}".utf8)))
        else {
            Issue.record("a format was taken for another")
            return
        }
        #expect(try found([]) == "an empty file")
        #expect(try found(Array("<!DOCTYPE html>".utf8)) == "a page of HTML or XML")
        #expect(try found([0x80, 4, 0x95]).contains("bare pickle"))
        #expect(try found([UInt8](repeating: 0, count: 257) + Array("ustar\0".utf8)) == "a tar file")
        #expect(try found(Array("nothing of the kind".utf8)) == "something else")
    }
}
