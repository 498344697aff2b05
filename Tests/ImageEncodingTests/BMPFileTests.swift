import AsCLBase
import Foundation
import Testing

@testable import ImageEncoding

/// BMP as Windows writes it: every depth, by the format's definition.
struct BMPFileTests {
    private func bytes(_ numbers: Int...) -> [UInt8] {
        numbers.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    }

    /// A file of `width` x `height` with a header of 40 bytes.
    private func file(
        _ width: Int, _ height: Int, bits: Int, method: Int = 0, colours: Int = 0, table: [UInt8] = [],
        _ pixels: [UInt8]
    ) -> Data {
        let start = 54 + table.count
        let info = bytes(40, width, height, 1 | bits << 16, method, pixels.count, 0, 0, colours, 0)
        return Data(Array("BM".utf8) + bytes(start + pixels.count, 0, start) + info + table + pixels)
    }

    private func decode(_ data: Data) throws -> Picture { try PictureDecoder().decode(data, name: "x.jpg") }

    private func line(_ data: Data) throws -> String {
        try #require(throws: InputError.self) { try decode(data) }.description
    }

    @Test func `rows stand from the bottom up, in blue, green and red`() throws {
        let rows: [UInt8] = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0]
        let picture = try decode(file(2, 2, bits: 24, rows))
        #expect((picture.width, picture.height) == (2, 2))
        #expect(picture.pixels == [9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4])
        #expect(try decode(file(2, -2, bits: 24, rows)).pixels == [3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10])
        #expect(try decode(file(1, 1, bits: 32, [1, 2, 3, 0])).pixels == [3, 2, 1])
    }

    @Test func `palettes and masks`() throws {
        let table: [UInt8] = [10, 20, 30, 0, 40, 50, 60, 0]
        let first: [UInt8] = [30, 20, 10]
        let second: [UInt8] = [60, 50, 40]
        #expect(
            try decode(file(3, 1, bits: 1, colours: 2, table: table, [0b0100_0000, 0, 0, 0])).pixels == first + second
                + first)
        #expect(
            try decode(file(3, 1, bits: 4, colours: 2, table: table, [0x10, 0x10, 0, 0])).pixels == second + first
                + second)
        #expect(try decode(file(2, 1, bits: 8, colours: 2, table: table, [1, 0, 0, 0])).pixels == second + first)
        // Five bits each; then 5, 6 and 5.
        #expect(try decode(file(1, 1, bits: 16, [0x1F, 0x7C, 0, 0])).pixels == [255, 0, 255])
        let masks = bytes(0xF800, 0x07E0, 0x001F)
        #expect(try decode(file(1, 1, bits: 16, method: 3, table: masks, [0xE0, 0x07, 0, 0])).pixels == [0, 255, 0])
    }

    @Test(arguments: [1, 4, 8, 16, 24, 32]) func `damage never crashes`(_ bits: Int) throws {
        let table = bits > 8 ? [] : [UInt8](repeating: 9, count: 4 << bits)
        let whole = file(7, 5, bits: bits, table: table, [UInt8](repeating: 3, count: (7 * bits + 31) / 32 * 4 * 5))
        #expect(try decode(whole).pixels.count == 105)
        var dice = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var damaged = whole.prefix(Int.random(in: 18...whole.count, using: &dice))
            for _ in 0..<3 {
                // The header above all.
                damaged[Int.random(in: 2..<min(70, damaged.count), using: &dice)] = UInt8.random(
                    in: 0...255, using: &dice)
            }
            do { _ = try PictureDecoder().decode(damaged, name: "x") } catch { #expect(error.path == "x") }
        }
    }

    @Test func `what is wrong is told`() throws {
        let whole = file(2, 2, bits: 24, [UInt8](repeating: 7, count: 16))
        #expect(try line(whole.dropLast()) == "x.jpg: pixels: expected a whole BMP picture, found 69 of 70 bytes")
        #expect(try line(whole.prefix(30)).contains("header: expected a readable BMP picture, found 30 bytes"))
        #expect(try line(file(30000, 30000, bits: 24, [])).contains("at most 200000000 pixels, found 30000 x 30000"))
        #expect(try line(file(0, 2, bits: 24, [])).contains("expected a picture with pixels, found 0 x 2"))
        #expect(try line(file(2, Int(Int32.min), bits: 24, [])).contains("at most 200000000 pixels"))
        #expect(
            try line(file(2, 2, bits: 8, method: 1, [0])).contains(
                "uncompressed BMP picture, found 8 bits a pixel by method 1"))
        let table: [UInt8] = [10, 20, 30, 0]
        #expect(
            try line(file(1, 1, bits: 8, colours: 1, table: table, [3, 0, 0, 0])).contains(
                "one of 1 colours, found number 3"))
        #expect(
            try line(file(1, 1, bits: 16, method: 3, table: bytes(0, 1, 2), [0, 0, 0, 0])).contains(
                "a place for each colour"))
    }
}
