import Foundation
import RetrievalFixtures
import Testing

@testable import ImageEncoding

/// Pictures changed at random are decoded to what their header says or refused in one line.
@Suite struct MutatedPicturesTests {
    @Test func `a changed JPEG is decoded or refused`() throws {
        let original = try [UInt8](PictureFiles.jpeg(width: 60, height: 40))
        let outcomes = try Fuzz.outcomes(of: original, name: "a.jpg") { path in
            let picture = try PictureDecoder().decode(path: path)
            #expect(picture.pixels.count == picture.width * picture.height * 3)
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }

    /// Whatever format the machine's libvips writes, from one-pixel headers on.
    @Test func `changed pictures of other formats are decoded or refused`() throws {
        for original in [Self.png, Self.bitmap, Self.gif] {
            let outcomes = try Fuzz.outcomes(of: original, name: "a") { path in
                let picture = try PictureDecoder().decode(path: path)
                #expect(picture.pixels.count == picture.width * picture.height * 3)
            }
            #expect(outcomes.refused > 0)
        }
    }

    @Test func `changed RAW files are decoded or refused`() throws {
        let jpeg = try PictureFiles.jpeg(width: 60, height: 40)
        for original in [RAWFiles.dng(preview: jpeg), RAWFiles.raf(preview: jpeg)] {
            let outcomes = try Fuzz.outcomes(of: [UInt8](original), name: "a") { path in
                let picture = try PictureDecoder().decode(path: path)
                #expect(picture.pixels.count == picture.width * picture.height * 3)
            }
            #expect(outcomes.read > 0 && outcomes.refused > 0)
        }
    }

    /// 2 x 2 pixels each.
    private static let png: [UInt8] = [
        0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 2, 0, 0, 0, 2,
        8, 2,
        0, 0, 0, 0xFD, 0xD4, 0x9A, 0x73, 0, 0, 0, 0x10, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0xF8, 0xCF, 0xC0,
        0xC0,
        0xF0, 0x9F, 0x81, 0x81, 0x01, 0, 0x0F, 0xFB, 0x02, 0xFD,
    ]
    private static let gif: [UInt8] =
        Array("GIF89a".utf8) + [
            2, 0, 2, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0, 2, 0, 2, 0, 0, 2, 3, 0x44, 2, 5, 0, 0x3B,
        ]
    private static let bitmap: [UInt8] =
        Array("BM".utf8) + [70, 0, 0, 0, 0, 0, 0, 0, 54, 0, 0, 0, 40, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 24, 0]
        + [UInt8](repeating: 0, count: 24) + [UInt8](repeating: 99, count: 16)
}
