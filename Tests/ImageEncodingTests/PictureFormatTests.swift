import Foundation
import Testing

@testable import ImageEncoding

/// What a file is, its first bytes tell.
struct PictureFormatTests {
    private func format(_ bytes: [UInt8]) -> PictureFormat? { bytes.withUnsafeBytes { PictureFormat($0) } }
    private func format(_ text: String) -> PictureFormat? { format(Array(text.utf8)) }

    /// A TIFF whose first directory has these entries of one number each.
    private func tiff(_ entries: [(tag: UInt16, value: UInt16)], isBig: Bool) -> [UInt8] {
        func bytes(_ number: UInt16) -> [UInt8] {
            isBig ? [UInt8(number >> 8), UInt8(number & 255)] : [UInt8(number & 255), UInt8(number >> 8)]
        }
        let zero = bytes(0)
        var file = Array((isBig ? "MM" : "II").utf8) + bytes(42) + (isBig ? zero + bytes(8) : bytes(8) + zero)
        file += bytes(UInt16(entries.count))
        for (tag, value) in entries {
            file += bytes(tag) + bytes(3) + (isBig ? zero + bytes(1) : bytes(1) + zero) + bytes(value) + zero
        }
        return file
    }

    @Test(arguments: [false, true]) func `cameras' RAW is no TIFF picture`(isBig: Bool) {
        #expect(format(tiff([(256, 64), (262, 2)], isBig: isBig)) == .tiff)
        #expect(format(tiff([(254, 0), (256, 64)], isBig: isBig)) == .tiff)
        for entry: (UInt16, UInt16) in [(254, 1), (262, 32803), (262, 34892), (50706, 1)] {
            #expect(format(tiff([(256, 64), entry], isBig: isBig)) == .raw)
        }
        // A directory that the bytes do not reach: to be told by whoever reads all of them.
        #expect(format(Array(tiff([(254, 1)], isBig: isBig).prefix(12))) == .tiff)
    }

    @Test func `formats that are not read are known`() {
        let jp2: [UInt8] = [0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]
        #expect(format(jp2) == .jpeg2000 && format([0xFF, 0x4F, 0xFF, 0x51, 0]) == .jpeg2000)
        #expect(format("II*\0\u{10}\0\0\0CR\u{2}\0") == .raw && format("\0\0\0\u{18}ftypcrx ....") == .raw)
        #expect(
            format("FUJIFILMCCD-RAW 0201") == .raw && format("IIU\0....") == .raw && format("8BPS\0\u{1}") == .photoshop
        )
        for text in [
            "<svg xmlns='http://www.w3.org/2000/svg'/>",
            "\u{FEFF}<?xml version='1.0'?>\n<!-- a <b> --><!DOCTYPE svg>\n<svg>",
        ] {
            #expect(format(text) == .svg)
        }
        #expect(format("P6\n4 3\n255\n....") == .pnm)
    }

    @Test(arguments: [
        "", "BM", "BMW is a car, and this is a text about it", "P6\nis a heading", "<html><svg/></html>",
        "<!-- <svg> -->",
        "{\"a\": 1}", "%PDF-1.4", "\u{93}NUMPY", "name\treason\n", "II", "MM\0", "\0\0\0\u{18}ftypisom....",
        "RIFF....WAVE",
    ])
    func `what is no picture is none`(_ text: String) { #expect(format(text) == nil) }

    @Test func `a folder's file is known by its content`() throws {
        let folder = try ScratchPictures()
        #expect(PictureDecoder.recognises(try folder.write("x.txt", PictureFiles.jpeg(width: 8, height: 8))))
        #expect(!PictureDecoder.recognises(try folder.write("x.jpg", Data("a letter".utf8))))
        #expect(!PictureDecoder.recognises(folder.path) && !PictureDecoder.recognises(folder.path + "/none"))
    }

    /// 16x12 pixels, the left half (200, 40, 30) and the right half (20, 60, 180), by Pillow 12 (lossless JPEG XL, AVIF at
    /// quality 90).
    private static let modern: [(PictureFormat, String, Int)] = [
        (.jpegXL, "/wpYMBAJCAABAHwASxiLFQDUiBfjxYu6QAgAoCTJDpCA5GcxkCNZqsBCAA==", 0),
        (
            .heif,
            """
            AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAADrbWV0YQAAAAAAAAAhaGRscgAAAAAAAAAAcGljdAAAAAAAAAAAAAAAAAAAAAAOcGl0bQ\
            AAAAAAAQAAAB5pbG9jAAAAAEQAAAEAAQAAAAEAAAETAAAAKQAAAChpaW5mAAAAAAABAAAAGmluZmUCAAAAAAEAAGF2MDFDb2xvcgAAAABqaXBycAAA\
            AEtpcGNvAAAAFGlzcGUAAAAAAAAAEAAAAAwAAAAQcGl4aQAAAAADCAgIAAAADGF2MUOBAAwAAAAAE2NvbHJuY2x4AAEADQAGgAAAABdpcG1hAAAAAA\
            AAAAEAAQQBAoMEAAAAMW1kYXQSAAoJGAz+2iAhoNCAMhpEgf39qkAggg+QACCiS+5eTsrDBFG38uNZXg==
            """, 6
        ),
    ]

    @Test(arguments: modern) func `newer formats are decoded where libvips has them`(
        _ kind: PictureFormat, _ base64: String, _ tolerance: Int
    ) throws {
        try #require(PictureFormat.available.contains(kind), "this machine's libvips has no \(kind.rawValue)")
        let picture = try PictureDecoder().decode(try #require(Data(base64Encoded: base64)), name: "x.png")
        #expect(picture.width == 16 && picture.height == 12)
        for (index, expected) in [(0, [200, 40, 30]), (15, [20, 60, 180]), (16 * 11, [200, 40, 30])] {
            for channel in 0..<3 {
                #expect(abs(Int(picture.pixels[3 * index + channel]) - expected[channel]) <= tolerance)
            }
        }
    }

    @Test func `L*a*b* of eight bits is decoded`() throws {
        // L* 53, a* 80, b* 67, which is red (rounded to integers), in 2x2 pixels, by Pillow.
        let file = """
            SUkqAAgAAAAKAAABBAABAAAAAgAAAAEBBAABAAAAAgAAAAIBAwADAAAAhgAAAAMBAwABAAAAAQAAAAYBAwABAAAACAAAABEBBAABAAAAjAAAABUBAwAB\
            AAAAAwAAABYBBAABAAAAAgAAABcBBAABAAAADAAAABwBAwABAAAAAQAAAAAAAAAIAAgACACIUEOIUEOIUEOIUEM=
            """
        let picture = try PictureDecoder().decode(try #require(Data(base64Encoded: file)), name: "x")
        #expect((picture.width, picture.height) == (2, 2))
        for (value, expected) in zip(picture.pixels, [255, 0, 0]) { #expect(abs(Int(value) - expected) <= 16) }
    }

    @Test(arguments: modern) func `damage to newer formats never crashes`(
        _ kind: PictureFormat, _ base64: String, _ tolerance: Int
    ) throws {
        let file = try #require(Data(base64Encoded: base64))
        for count in 12..<file.count {
            do { _ = try PictureDecoder().decode(file.prefix(count), name: "x") } catch { #expect(error.path == "x") }
        }
        var dice = SystemRandomNumberGenerator()
        for _ in 0..<100 {
            var damaged = file
            damaged[Int.random(in: 4..<file.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            do { _ = try PictureDecoder().decode(damaged, name: "x") } catch { #expect(error.path == "x") }
        }
    }

    /// A whole ICC profile of grey with a gamma of 2.2, as scanners embed it.
    private var grayProfile: [UInt8] {
        func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        func text(_ text: String) -> [UInt8] { Array(text.utf8) }
        let white = number(63190) + number(65536) + number(54061)
        let tags: [(String, [UInt8])] = [
            ("desc", text("desc") + number(0) + number(2) + text("t\0") + [UInt8](repeating: 0, count: 78)),
            ("cprt", text("text") + number(0) + text("none\0\0\0\0")), ("wtpt", text("XYZ ") + number(0) + white),
            ("kTRC", text("curv") + number(0) + number(1) + [2, 51, 0, 0]),
        ]
        var (table, body) = (number(tags.count), [UInt8]())
        for (name, data) in tags {
            table += text(name) + number(132 + 12 * tags.count + body.count) + number(data.count)
            body += data
        }
        let head = text("lcms") + number(0x0210_0000) + text("mntrGRAYXYZ ") + [UInt8](repeating: 0, count: 12)
        let rest = text("acsp") + [UInt8](repeating: 0, count: 28) + white
        let header = number(128 + table.count + body.count) + head + rest
        return header + [UInt8](repeating: 0, count: 128 - header.count) + table + body
    }

    @Test func `a profile of other colours than the pixels' is ignored`() throws {
        let file = try PictureFiles.jpeg(width: 32, height: 24)
        let content = Array("ICC_PROFILE\0\u{1}\u{1}".utf8) + grayProfile
        let segment = Data([0xFF, 0xE2, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)] + content)
        let picture = try PictureDecoder().decode(file.prefix(2) + segment + file.dropFirst(2), name: "x")
        #expect(try picture.pixels == PictureDecoder().decode(file, name: "x").pixels)
    }
}
