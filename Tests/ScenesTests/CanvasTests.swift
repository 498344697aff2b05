import CPNG
import Foundation
import Testing

@testable import ImageEncoding
@testable import Scenes

/// A scene made by hand: a large red circle in the middle of white.
func scene(
    _ kind: ObjectKind = .circle, _ color: ObjectColor = .red, x: Double = 112, y: Double = 112,
    background: Background = .white, tilt: Double = 0
) -> Scene {
    let object = SceneObject(
        kind: kind, color: color, size: .large, place: 4, x: x, y: y, radius: 32, shade: 1, tilt: tilt)
    return Scene(name: "hand.png", background: background, objects: [object], captions: [])
}

@Suite struct CanvasTests {
    @Test func `an object is drawn where the scene says`() {
        let picture = Canvas(of: scene())
        #expect(picture.pixels.count == 224 * 224 * 3)
        #expect(picture[112, 112] == ObjectColor.red.rgb)
        #expect(picture[112, 135] == ObjectColor.red.rgb)
        #expect(picture[112, 145] == Background.white.top)
        #expect(picture[0, 0] == Background.white.top)
    }

    @Test func `edges are soft`() {
        let picture = Canvas(of: scene())
        let (inside, outside) = (ObjectColor.red.rgb, Background.white.top)
        var between: Set<UInt8> = []
        var softest = 0
        for row in 0..<224 {
            let greens = (0..<224).map { picture[row, $0].green }
            #expect(greens.allSatisfy { $0 >= inside.green && $0 <= outside.green })
            let soft = greens.filter { $0 > inside.green && $0 < outside.green }
            between.formUnion(soft)
            if row == 112 { softest = soft.count }
        }
        #expect(between.count > 10, "many shades between")
        #expect((1...4).contains(softest), "an edge is about a pixel wide, and there are two in a row")
    }

    private static let areas: [(ObjectKind, Double)] = [
        (.circle, 2.5447), (.square, 2.6896), (.triangle, 1.36), (.diamond, 1.32), (.cross, 1.848), (.ring, 1.9858),
        (.pentagon, 2.3776),
    ]

    /// Covered area in pixels against geometry, for kinds whose area is known.
    @Test(arguments: Self.areas)
    func `coverage is the area`(kind: ObjectKind, area: Double) {
        let picture = Canvas(of: scene(kind, .blue, background: .black, tilt: 0.1))
        let (inside, outside) = (Double(ObjectColor.blue.rgb.blue), Double(Background.black.top.blue))
        let covered = stride(from: 2, to: picture.pixels.count, by: 3).reduce(0.0) {
            $0 + (Double(picture.pixels[$1]) - outside) / (inside - outside)
        }
        #expect(abs(covered - area * 32 * 32) < 0.01 * area * 32 * 32)
    }

    @Test func `every kind looks different`() {
        let shapes = ObjectKind.allCases.map { Silhouette(Canvas(of: scene($0)).picture).means(cells: 24).values }
        for (index, shape) in shapes.enumerated() {
            for (other, otherShape) in shapes[..<index].enumerated() {
                let difference = zip(shape, otherShape).reduce(0) { $0 + abs($1.0 - $1.1) }
                #expect(difference > 2, "\(ObjectKind.allCases[index]) and \(ObjectKind.allCases[other]), in cells")
            }
        }
    }

    @Test func `tilt turns clockwise`() {
        let upright = Canvas(of: scene(.arrow))
        let tilted = Canvas(of: scene(.arrow, tilt: 0.2))
        #expect(upright[82, 112].green < 200, "the tip")
        #expect(tilted[83, 124].green < 200 && tilted[82, 106] == Background.white.top)
    }

    @Test func `a PNG holds the pixels`() throws {
        let picture = Canvas(of: scene(.flower, .purple, background: .sky))
        let data = try picture.pngData()
        #expect(data.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        #expect(data.count < 20_000)
        var image = png_image()
        image.version = UInt32(PNG_IMAGE_VERSION)
        let begun = data.withUnsafeBytes { png_image_begin_read_from_memory(&image, $0.baseAddress, $0.count) }
        try #require(begun != 0)
        #expect(image.width == 224 && image.height == 224)
        #expect(image.format == UInt32(PNG_FORMAT_FLAG_COLOR), "RGB without alpha")
        var pixels = [UInt8](repeating: 0, count: 224 * 224 * 3)
        #expect(png_image_finish_read(&image, nil, &pixels, 0, nil) != 0)
        #expect(pixels == picture.pixels)
    }
}
