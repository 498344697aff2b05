import AsCLBase
import Foundation
import Testing

@testable import ImageEncoding

/// Of a camera's RAW file the preview is the picture.
struct RAWPreviewTests {
    private let decoder = PictureDecoder()

    private func line(_ file: Data, shrinkingTo size: PictureSize? = nil) throws -> String {
        try #require(throws: InputError.self) { try decoder.decode(file, name: "x.dng", shrinkingTo: size) }
            .description
    }

    @Test(arguments: [false, true]) func `a preview is upright as the camera was held`(isBig: Bool) throws {
        let jpeg = try PictureFiles.jpeg(width: 60, height: 40)
        let stored = try decoder.decode(jpeg, name: "x.jpg")
        let asItIs = try decoder.decode(RAWFiles.dng(preview: jpeg, isBig: isBig), name: "x.dng")
        #expect(asItIs.isPreview && !stored.isPreview && asItIs.pixels == stored.pixels)
        let turned = try decoder.decode(RAWFiles.dng(preview: jpeg, orientation: 6, isBig: isBig), name: "x.dng")
        #expect((turned.width, turned.height) == (40, 60))
        for (x, y) in [(0, 0), (39, 0), (13, 44)] {
            let (at, from) = (3 * (40 * y + x), 3 * (60 * (39 - x) + y))
            #expect(turned.pixels[at..<at + 3] == stored.pixels[from..<from + 3])
        }
    }

    @Test func `a preview that says itself how it was held is turned once`() throws {
        let jpeg = try PictureGoldens.load.get().bytes("file.orientation6.jpg")
        let upright = try decoder.decode(jpeg, name: "x.jpg")
        for orientation in [1, 6] {
            let picture = try decoder.decode(RAWFiles.dng(preview: jpeg, orientation: orientation), name: "x.dng")
            #expect(picture.pixels == upright.pixels && picture.width == upright.width)
        }
    }

    /// As Nikon and Sony have it: a thumbnail first, the preview named by JPEGInterchangeFormat in another directory.
    @Test(arguments: [false, true]) func `the largest preview serves`(areSub: Bool) throws {
        let (small, large) = (
            try PictureFiles.jpeg(width: 16, height: 12), try PictureFiles.jpeg(width: 90, height: 60)
        )
        let file = RAWFiles.tiff(
            [
                [(254, [1]), (513, [-1]), (514, [small.count])],
                [(254, [1]), (259, [6]), (513, [-2]), (514, [large.count])],
            ], blobs: [small, large], isBig: true, areSub: areSub)
        let picture = try decoder.decode(file, name: "x.nef")
        #expect((picture.width, picture.height, picture.isPreview) == (90, 60, true))
    }

    @Test func `what a sensor saw is no preview`() throws {
        let jpeg = try PictureFiles.jpeg(width: 60, height: 40)
        let ofSensor = RAWFiles.tiff(
            [[(254, [0]), (259, [7]), (262, [34892]), (273, [-1]), (279, [jpeg.count])]], blobs: [jpeg])
        var lossless = jpeg
        let frame = try #require(lossless.firstRange(of: Data([0xFF, 0xC0]))).lowerBound
        lossless[frame + 1] = 0xC3
        for file in [ofSensor, RAWFiles.dng(preview: lossless), RAWFiles.dng(preview: Data())] {
            #expect(try line(file) == "x.dng: file: expected a JPEG preview in a camera's RAW file, found none")
        }
    }

    @Test func `files that are no TIFF are searched`() throws {
        let jpeg = try PictureFiles.jpeg(width: 60, height: 40)
        let raf = try decoder.decode(RAWFiles.raf(preview: jpeg), name: "x.raf")
        let plain = try decoder.decode(jpeg, name: "x.jpg")
        #expect(raf.isPreview && raf.pixels == plain.pixels)
        let box = RAWFiles.tiff([[(274, [6])]], blobs: [])
        let cr3 = Data([0, 0, 0, 24]) + Data("ftypcrx \0\0\0\u{1}crx isom....CMT1".utf8) + box + jpeg
        let picture = try decoder.decode(cr3, name: "x.cr3")
        #expect((picture.width, picture.height) == (40, 60))
    }

    @Test func `a preview that is smaller than what is wanted is refused`() throws {
        let file = RAWFiles.dng(preview: try PictureFiles.jpeg(width: 60, height: 40))
        #expect(try decoder.decode(file, name: "x.dng", shrinkingTo: PictureSize(width: 60, height: 40)).isPreview)
        #expect(
            try line(file, shrinkingTo: PictureSize(width: 61, height: 40))
                == "x.dng: file: expected a preview of at least 61 x 40 pixels in a camera's RAW file, found 60 x 40")
    }

    @Test func `a preview that is cut off is an error`() throws {
        let file = RAWFiles.dng(preview: try PictureFiles.jpeg(width: 60, height: 40))
        // The cells behind the preview are 2048 bytes.
        #expect(try line(file.dropLast(2048 + 300)).contains("expected a whole JPEG picture"))
        #expect(
            try line(RAWFiles.raf(preview: PictureFiles.jpeg(width: 60, height: 40).dropLast(300))).contains("JPEG"))
    }
}
