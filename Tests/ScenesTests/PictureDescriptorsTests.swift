import ImageEncoding
import Testing

@testable import Scenes

@Suite struct PictureDescriptorsTests {
    private func regions(_ scene: Scene) -> [[Float]] {
        let values = PictureDescriptors(Canvas(of: scene).picture).regions()
        return stride(from: 0, to: values.count, by: PictureDescriptors.regionDimension).map {
            Array(values[$0..<$0 + PictureDescriptors.regionDimension])
        }
    }

    private func rootMeanSquare(_ values: some Collection<Float>) -> Float {
        (values.reduce(0) { $0 + $1 * $1 } / Float(values.count)).squareRoot()
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float { rootMeanSquare(zip(a, b).map { $0 - $1 }) }

    @Test func `descriptors have the shape and the scale that is told`() throws {
        let scenes = try SceneGenerator(configuration: smallConfiguration).splits()[0].scenes.prefix(6)
        for scene in scenes {
            let descriptors = PictureDescriptors(Canvas(of: scene).picture)
            let (regions, global) = (descriptors.regions(), descriptors.global())
            #expect(regions.count == 36 * PictureDescriptors.regionDimension)
            #expect(global.count == PictureDescriptors.globalDimension)
            #expect(PictureDescriptors.regionDimension <= 128 && PictureDescriptors.globalDimension <= 256)
            #expect((regions + global).allSatisfy { $0.isFinite })
            #expect((0.5...2).contains(rootMeanSquare(regions)), "\(rootMeanSquare(regions))")
            #expect((0.5...2).contains(rootMeanSquare(global)), "\(rootMeanSquare(global))")
        }
    }

    @Test func `boxes tile the picture`() {
        let boxes = PictureDescriptors.boxes()
        #expect(boxes.count == 36 * 4)
        #expect(boxes.prefix(4).map { $0 * 224 } == [0, 0, 38, 38])
        #expect(boxes.suffix(4).map { $0 * 224 } == [187, 187, 224, 224])
        var area: Float = 0
        for box in stride(from: 0, to: boxes.count, by: 4) {
            area += (boxes[box + 2] - boxes[box]) * (boxes[box + 3] - boxes[box + 1])
        }
        #expect(abs(area - 1) < 1e-5)
    }

    @Test func `colors are histograms`() {
        for region in regions(scene()) {
            let colors = region.prefix(27)
            #expect(abs(rootMeanSquare(colors) - 1) < 1e-3, "shares that sum to 1")
        }
        let red = regions(scene(.circle, .red))[14]
        let blue = regions(scene(.circle, .blue))[14]
        #expect(distance(Array(red.prefix(27)), Array(blue.prefix(27))) > 0.5)
    }

    /// Silhouette and edges tell the shape alone: they hardly mind colour and background.
    @Test func `shape descriptors mind the kind and not the color`() {
        func shape(_ scene: Scene) -> [Float] { regions(scene)[14][27..<115].map { $0 } }
        let circle = shape(scene(.circle, .red))
        #expect(distance(circle, shape(scene(.circle, .blue, background: .night))) < 0.2)
        #expect(distance(circle, shape(scene(.star, .red))) > 0.5)
    }

    /// An upright square's four edges each face one way: out of the square the difference falls.
    @Test func `edges have directions`() {
        let regions = regions(scene(.square, .red, x: 56, y: 56))
        // The square spans pixels 30 to 82: cell 0 holds its upper left corner, cell 14 its lower right one.
        func directions(_ region: Int) -> [Float] {
            var sums = [Float](repeating: 0, count: 8)
            for (index, value) in regions[region][43..<115].enumerated() { sums[index % 8] += value }
            return sums
        }
        let (corner, opposite) = (directions(0), directions(14))
        #expect(corner[0] > 1 && corner[2] > 1 && corner[4] == 0 && corner[6] == 0)
        #expect(opposite[4] > 1 && opposite[6] > 1 && opposite[0] == 0 && opposite[2] == 0)
    }

    @Test func `every region knows its place`() {
        let regions = regions(scene())
        for (index, region) in regions.enumerated() {
            let position = Array(region.suffix(12))
            #expect(position.firstIndex { $0 > 0 } == index / 6)
            #expect(position.lastIndex { $0 > 0 } == 6 + index % 6)
        }
    }

    @Test func `a bare gradient has no silhouette`() {
        let sky = Scene(name: "sky.png", background: .sky, objects: [], captions: [])
        #expect(regions(sky).allSatisfy { $0[27..<115].allSatisfy { $0 == 0 } })
    }

    /// The same bytes on every machine: no function is used whose last bit differs between libraries. When the drawing or
    /// the descriptors are changed on purpose, so are these numbers.
    @Test func `pixels and descriptors are the same to the bit as ever`() {
        func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
            bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        }
        let picture = Canvas(of: scene(.star, .orange, x: 100.25, background: .sand, tilt: 0.073)).picture
        let descriptors = PictureDescriptors(picture)
        let values = descriptors.regions() + descriptors.global()
        #expect(hash(picture.pixels) == 11_206_370_963_647_106_018)
        #expect(values.withUnsafeBytes { hash($0) } == 4_611_748_586_121_859_281)
    }
}
