import ArrayFiles
import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@Suite struct NumpyMatrixWriterTests {
    @Test func `blocks in any order make the matrix`() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("m.npy")
        let writer = try NumpyMatrixWriter(path: path, rows: 3, columns: 4)
        try writer.write([6, 7, 10, 11], rows: 1..<3, columns: 2..<4)
        try writer.write([0, 1, 2, 3], rows: 0..<1, columns: 0..<4)
        try writer.write([4, 5, 8, 9], rows: 1..<3, columns: 0..<2)
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.finish()
        let array = try NumpyArray(path: path)
        #expect(array.shape == [3, 4] && array.elementType == .float32)
        #expect(try contents(path).suffix(48) == bytes((0..<12).map(Float.init))[...])
    }

    @Test func `an unfinished file goes on or goes`() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("m.npy")
        func write(_ values: [Float], row: Int, isKept: Bool = true, continuing: Bool) throws -> NumpyMatrixWriter {
            let writer = try NumpyMatrixWriter(path: path, rows: 2, columns: 2, isKept: isKept, continuing: continuing)
            try writer.write(values, rows: row..<row + 1, columns: 0..<2)
            return writer
        }
        _ = try write([9, 9], row: 0, isKept: false, continuing: false)
        #expect(try scratch.names.isEmpty)
        _ = try write([1, 2], row: 0, continuing: false)
        #expect(try scratch.names.count == 1)
        try write([3, 4], row: 1, continuing: true).finish()
        #expect(try scratch.names == ["m.npy"])
        #expect(try contents(path).suffix(16) == bytes([1, 2, 3, 4] as [Float])[...])
        let error = #expect(throws: InputError.self) { try write([3, 4], row: 1, continuing: true) }
        #expect(error?.place == "unfinished file" && error?.found == "0")
    }

    @Test func `a block has its size`() throws {
        let scratch = try ScratchFolder()
        let writer = try NumpyMatrixWriter(path: scratch.file("m.npy"), rows: 2, columns: 2)
        #expect(throws: InputError.self) { try writer.write([1, 2, 3], rows: 0..<2, columns: 0..<2) }
    }
}
