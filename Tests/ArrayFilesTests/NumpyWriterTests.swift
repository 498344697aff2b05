import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import ArrayFiles

@Suite struct NumpyWriterTests {
    let scratch = try? ScratchFolder()

    @Test func `float32 is converted to half precision`() throws {
        let path = try #require(scratch).file("h.npy")
        let writer = try NumpyWriter(path: path, elementType: .float16, shape: [4])
        try writer.append([1, -2.5])
        try writer.append([0.1, 65504])
        try writer.finish()
        // The bit patterns that IEEE 754 gives these numbers.
        #expect(try contents(path).suffix(8) == bytes([UInt16(0x3C00), 0xC100, 0x2E66, 0x7BFF])[...])
    }

    @Test func `a file appears only when it is finished with the bytes of its shape`() throws {
        let scratch = try #require(scratch)
        let path = try scratch.file("w.npy", [1])
        do {
            let writer = try NumpyWriter(path: path, elementType: .float32, shape: [2, 2])
            try writer.append([1, 2, 3])
            #expect(try scratch.names.count == 2)
            let short = #expect(throws: InputError.self) { try writer.finish() }
            #expect(short?.description.hasSuffix("expected 16 bytes for shape [2, 2], found 12 bytes") == true)
            let long = #expect(throws: InputError.self) { try writer.append([4, 5]) }
            #expect(long?.description.hasSuffix("expected 16 bytes for shape [2, 2], found 20 bytes") == true)
        }
        #expect(try scratch.names == ["w.npy"])
        #expect(try contents(path) == [1])
    }

    @Test func `what NumPy has no name for is refused`() throws {
        let path = try #require(scratch).file("n.npy")
        #expect(throws: InputError.self) { try NumpyWriter(path: path, elementType: .bfloat16, shape: [1]) }
        let writer = try NumpyWriter(path: path, elementType: .int64, shape: [1])
        #expect(throws: InputError.self) { try writer.append([1]) }
    }

    @Test func `failures of the disk are one line`() throws {
        let scratch = try #require(scratch)
        let missing = #expect(throws: InputError.self) {
            try AtomicFile.write(Data([1]), to: scratch.file("no/such/folder"))
        }
        #expect(missing?.found == "No such file or directory")
        // A folder that takes the name meanwhile is found at the end; nothing may be left beside it.
        let late = try PartialFile(path: scratch.file("late"))
        try FileManager.default.createDirectory(atPath: late.path, withIntermediateDirectories: false)
        let folder = #expect(throws: InputError.self) { try late.finish() }
        #expect(folder?.place == "renaming the finished file")
        #expect(try scratch.names == ["late"])

        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        let disk = #expect(throws: InputError.self) {
            try [UInt8](repeating: 0, count: 9).withUnsafeBytes { try PartialFile.write($0, to: full, path: "f") }
        }
        #expect(disk?.description == "f: writing: expected room for 9 more bytes, found No space left on device")
    }

    @Test func `a file is replaced atomically`() throws {
        let scratch = try #require(scratch)
        let path = try scratch.file("x", [1, 2, 3])
        let old = try MappedFile(path: path)
        try AtomicFile.write(Data([9]), to: path)
        #expect(Array(old.bytes) == [1, 2, 3])
        #expect(try contents(path) == [9])
        try AtomicFile.write(Data(), to: path)
        #expect(try MappedFile(path: path).bytes.isEmpty)
        #expect(try scratch.names == ["x"])
    }
}
