import AsCLBase
import Foundation
import ImageEncoding
import Testing

/// Small copies for contact sheets.
struct PictureThumbnailTests {
    @Test func `a thumbnail is upright, small and plain`() throws {
        let folder = try ScratchPictures()
        let path = try folder.write("x.jpg", PictureGoldens.load.get().bytes("file.orientation6.jpg"))
        let jpeg = try PictureThumbnail.jpeg(of: path, longSide: 12, quality: 90)
        #expect(jpeg.range(of: Data("Exif".utf8)) == nil)
        let small = try PictureDecoder().decode(jpeg, name: "thumbnail")
        #expect((small.width, small.height) == (8, 12))
        let whole = try PictureDecoder().decode(path: path)
        let mean = { (picture: Picture) in picture.pixels.reduce(0) { $0 + Double($1) } / Double(picture.pixels.count) }
        #expect(abs(mean(small) - mean(whole)) < 4)
    }

    @Test func `a thumbnail is never enlarged`() throws {
        let folder = try ScratchPictures()
        let path = try folder.write("x.png", PictureGoldens.load.get().bytes("file.rgb.png"))
        let small = try PictureDecoder().decode(PictureThumbnail.jpeg(of: path, longSide: 500), name: "thumbnail")
        #expect((small.width, small.height) == (24, 16))
    }

    @Test func `bad arguments and bad files are errors`() throws {
        let folder = try ScratchPictures()
        let path = try folder.write("x.png", Data("text".utf8))
        #expect(throws: InputError.self) { try PictureThumbnail.jpeg(of: path, longSide: 10) }
        #expect(throws: InputError.self) { try PictureThumbnail.jpeg(of: path, longSide: 0) }
        #expect(throws: InputError.self) { try PictureThumbnail.jpeg(of: path, longSide: 10, quality: 101) }
    }
}
