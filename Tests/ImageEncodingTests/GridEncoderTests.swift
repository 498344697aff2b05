import ImageEncoding
import Testing
import Torch

@Suite struct GridEncoderTests {
    let backbone: Backbone
    let encoder: GridEncoder
    let pictures: [Picture]

    init() throws {
        backbone = try BackboneFormula.backbone(.mobilenetV2)
        encoder = try GridEncoder(backbone, gridSize: 3, side: 97)
        pictures = [Formula.picture(97, 97, 1), Formula.picture(150, 60, 2), Formula.picture(20, 33, 3)]
    }

    @Test func `cells cover the picture row by row`() throws {
        #expect(
            encoder.shape
                == FeatureShape(regions: 9, regionDimension: 1280, globalDimension: 1280, hasClasses: false))
        let features = try encoder.encode(pictures)
        #expect(features.count == 3)
        for each in features {
            #expect(each.regions.count == 9 * 1280 && each.global.count == 1280 && each.boxes.count == 9 * 4)
            #expect(each.classes.isEmpty && each.confidences.isEmpty)
        }
        let third: Float = 1.0 / 3
        let twoThirds: Float = 2.0 / 3
        let firstTwo: [Float] = [0, 0, third, third, third, 0, twoThirds, third]
        #expect(Array(features[0].boxes[..<8]) == firstTwo)
        let sixth: [Float] = [twoThirds, third, 1, twoThirds]
        #expect(Array(features[0].boxes[20..<24]) == sixth, "the last cell of the middle row")
    }

    /// A 97 x 97 picture needs no resizing; its map is 4 x 4, so that each cell of a 2 x 2 grid is four places' mean.
    @Test func `regions are means of the network's map`() throws {
        let encoder = try GridEncoder(backbone, gridSize: 2, side: 97)
        let map = try backbone.network.map(
            PictureTransform(fit: .squash(PictureSize(width: 97, height: 97))).tensor(for: pictures[0]))
        #expect(map.shape == [1, 1280, 4, 4])
        let features = try encoder.encode([pictures[0]])[0]
        #expect(try greatestDifference(features.global, map.mean(2, 3).array()) < 1e-5)
        for (cell, (rows, columns)) in [(0..<2, 0..<2), (0..<2, 2..<4), (2..<4, 0..<2), (2..<4, 2..<4)].enumerated() {
            let expected: [Float] = try map.sliced(2, rows).sliced(3, columns).mean(2, 3).array()
            #expect(expected.contains { $0 > 0.1 })
            #expect(greatestDifference(Array(features.regions[(cell * 1280)...].prefix(1280)), expected) < 1e-5)
        }
    }

    @Test func `a picture's features do not depend on the others`() throws {
        let together = try encoder.encode(pictures)
        let reversed = try encoder.encode(pictures.reversed())
        for (index, picture) in pictures.enumerated() {
            let alone = try encoder.encode([picture])[0]
            for other in [together[index], reversed[2 - index]] {
                #expect(greatestDifference(alone.regions, other.regions) < 1e-4)
                #expect(greatestDifference(alone.global, other.global) < 1e-4)
            }
        }
        #expect(greatestDifference(together[0].global, together[1].global) > 0.01, "and pictures do differ")
        #expect(try encoder.encode([]).isEmpty)
    }

    @Test func `several threads may encode at once`() async throws {
        let expected = try encoder.encode([pictures[0]])[0].regions
        let found = try await withThrowingTaskGroup(of: [Float].self) { group in
            for _ in 0..<4 { group.addTask { try encoder.encode([pictures[0]])[0].regions } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(found.count == 4 && found.allSatisfy { greatestDifference($0, expected) < 1e-4 })
    }

    @Test func `the identity tells every setting and the weights`() throws {
        #expect(encoder.identity == "3x3 grid: mobilenet_v2 squashed to 97x97 weights formula")
        #expect(
            try GridEncoder(backbone).identity == "6x6 grid: mobilenet_v2 squashed to 225x225 weights formula")
        #expect(backbone.identity == "mobilenet_v2 short side 256 crop 225 weights formula")
    }

    @Test func `what is out of range is refused`() {
        #expect(throws: TorchError.self) { try GridEncoder(backbone, gridSize: 0) }
        #expect(throws: TorchError.self) { try GridEncoder(backbone, side: 16) }
    }

    @Test func `global features are of the middle square`() throws {
        let wide = Formula.picture(300, 256, 4)
        let cut = try #require(backbone.globalFeatures(of: [wide]).first)
        let transform = PictureTransform(fit: .shortSideCropped(256, crop: 225))
        let map = try backbone.network.map(transform.tensor(for: wide))
        #expect(backbone.globalDimension == 1280)
        #expect(try greatestDifference(cut, map.mean(2, 3).array()) < 1e-5)
        #expect(backbone.smallestUsefulSize(width: 1000, height: 500) == PictureSize(width: 512, height: 256))
        #expect(encoder.smallestUsefulSize(width: 1000, height: 500) == PictureSize(width: 97, height: 97))
    }
}
