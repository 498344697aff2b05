import Foundation
import Testing

@testable import ImageEncoding

/// Every kind of picture, against what Pillow shows.
struct PictureDecoderTests {
    private let goldens = PictureGoldens.load

    private func expectDecodes(_ name: String, within tolerance: Int) throws {
        let goldens = try goldens.get()
        let picture = try PictureDecoder().decode(goldens.bytes("file." + name), name: name)
        let expected = try goldens.picture("pixels." + name)
        #expect((picture.width, picture.height) == (expected.width, expected.height))
        #expect(try pictureDifference(picture.pixels, expected.pixels).largest <= tolerance, "\(name)")
    }

    @Test(arguments: 1...8) func `orientation is applied`(_ orientation: Int) throws {
        try expectDecodes("orientation\(orientation).jpg", within: 0)
    }

    @Test(arguments: [
        "progressive.jpg", "grey.jpg", "cmyk.jpg", "rgb.png", "palette.png", "grey16.png", "rgb16.png", "plain.webp",
        "lzw.tiff", "one.png",
    ])
    func `a picture equals Pillow's`(_ name: String) throws { try expectDecodes(name, within: 0) }

    @Test(arguments: ["rgba.png", "grey_alpha.png"])
    func `opacity is laid onto white`(_ name: String) throws { try expectDecodes(name, within: 1) }

    @Test(arguments: ["animated.gif", "animated.webp"])
    func `the first frame is taken`(_ name: String) throws { try expectDecodes(name, within: 0) }

    @Test(arguments: [("animated.gif", true), ("animated.webp", true), ("plain.webp", false), ("lzw.tiff", false)])
    func `a picture knows whether it is the first of several`(_ name: String, _ isFirst: Bool) throws {
        let picture = try PictureDecoder().decode(goldens.get().bytes("file." + name), name: name)
        #expect((picture.frameCount > 1) == isFirst)
    }

    // The profile's gamma is 2.2 where sRGB has its own curve, which differs most in the darkest tones.
    @Test(arguments: ["profile.png", "profile.jpg", "profile_alpha16.png"])
    func `the color profile is applied`(_ name: String) throws { try expectDecodes(name, within: 8) }

    @Test(
        .enabled(if: PictureFormat.available.contains(.heif), "this machine's libvips has no HEIF module"),
        arguments: ["flat.heic", "flat.avif"])
    func `HEIF is decoded`(_ name: String) throws { try expectDecodes(name, within: 4) }

    @Test func `a picture is shrunk only while the margin is kept`() throws {
        let decoder = PictureDecoder()
        let bytes = try PictureFiles.jpeg(width: 804, height: 600)
        func width(_ width: Int, _ height: Int) throws -> Int {
            try decoder.decode(bytes, name: "x", shrinkingTo: PictureSize(width: width, height: height)).width
        }
        let margin = PictureDecoder.shrinkingMargin
        #expect(try width(804 / 2 / margin, 600 / 2 / margin) == 402)
        #expect(try width(804 / 2 / margin + 1, 600 / 2 / margin) == 804)
        #expect(try width(804 / 2 / margin, 600 / 2 / margin + 1) == 804)
        // 804 / 8 is 100.5.
        #expect(try width(1, 1) == 101)
        #expect(try width(.max, .max) == 804)
        #expect(try decoder.decode(bytes, name: "x").width == 804)
    }

    @Test func `the size to shrink to is asked of the upright picture`() throws {
        let folder = try ScratchPictures()
        let path = try folder.write("turned.jpg", try goldens.get().bytes("file.orientation6.jpg"))
        var asked: [PictureSize] = []
        _ = try PictureDecoder().decode(path: path) { width, height in
            asked.append(PictureSize(width: width, height: height))
            return nil
        }
        #expect(asked == [PictureSize(width: 16, height: 24)])
    }

    @Test func `a shrunk picture resizes to nearly the same`() throws {
        let bytes = try PictureFiles.jpeg(width: 1200, height: 900)
        let target = PictureSize(width: 70, height: 52)
        let decoder = PictureDecoder()
        let transform = PictureTransform(fit: .squash(target), mean: [0, 0, 0], deviation: [1, 1, 1], range: 255)
        let small = try decoder.decode(bytes, name: "x", shrinkingTo: target)
        #expect(small.width == 300)
        let first: [Float] = try transform.tensor(for: small).array()
        let second: [Float] = try transform.tensor(for: decoder.decode(bytes, name: "x")).array()
        let differences = zip(first, second).map { abs($0 - $1) }
        #expect(differences.reduce(0, +) / Float(differences.count) < 0.5)
        #expect(try #require(differences.max()) <= 4)
    }

    @Test func `several threads decode the same`() async throws {
        let goldens = try goldens.get()
        let names = [
            "progressive.jpg", "profile.jpg", "rgba.png", "animated.webp", "lzw.tiff", "cmyk.jpg", "grey16.png",
        ]
        let files = try names.map { try goldens.bytes("file." + $0) }
        let alone = try files.map { try PictureDecoder().decode($0, name: "x").pixels }
        let together = try await withThrowingTaskGroup(of: [[UInt8]].self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<9 { for file in files { _ = try PictureDecoder().decode(file, name: "x") } }
                    return try files.map { try PictureDecoder().decode($0, name: "x").pixels }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(together.count == 4 && together.allSatisfy { $0 == alone })
    }
}
