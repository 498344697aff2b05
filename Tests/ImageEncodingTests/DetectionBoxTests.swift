import Foundation
import Testing
import Torch

@testable import ImageEncoding

@Suite struct DetectionBoxTests {
    @Test func `anchors are torchvision's`() throws {
        let ratios: [Float] = [0.5, 1, 2]
        // A picture of 96 x 128 with the padding, and the maps of a pyramid over it.
        let maps = [(24, 32), (12, 16), (6, 8), (3, 4), (2, 2)]
        let all = maps.enumerated().flatMap { level, map in
            let grid = AnchorGrid(
                anchors: Anchors.torchvision(size: Float(32 << level), ratios: ratios), rows: map.0, columns: map.1,
                strideX: 128 / map.1, strideY: 96 / map.0)
            return (0..<grid.count).map { grid[$0] }
        }
        let some = stride(from: 0, to: all.count, by: 5).map { all[$0] }
        #expect(greatestDifference(values(some), try DetectionGoldens.load().kernels.anchors) == 0)
    }

    @Test func `anchors are Caffe's`() {
        // py-faster-rcnn's well-known nine, of scales 8, 16 and 32.
        let known: [[Float]] = [
            [-84, -40, 99, 55], [-176, -88, 191, 103], [-360, -184, 375, 199], [-56, -56, 71, 71],
            [-120, -120, 135, 135], [-248, -248, 263, 263], [-36, -80, 51, 95], [-80, -168, 95, 183],
            [-168, -344, 183, 359],
        ]
        let found = Anchors.caffe(base: 16, ratios: [0.5, 1, 2], scales: [8, 16, 32])
        #expect(values(found) == known.flatMap(\.self))
        #expect(BottomUpAttention.anchors.count == 12)
        #expect(BottomUpAttention.anchors[1] == found[0])
    }

    @Test func `boxes move and grow as in torchvision`() throws {
        let goldens = try DetectionGoldens.load().kernels
        let coding = BoxCoding(weights: (shift: 10, size: 5), convention: .torchvision)
        let deltas = try Formula.floats("deltas", 240).map { $0 * 3 }
        let found = boxes(goldens.boxes).enumerated().map { coding.decode(deltas, at: 4 * $0, from: $1) }
        #expect(greatestDifference(values(found), goldens.decoded) < 1e-4)
        let box = Box(left: 10, top: 10, right: 19, bottom: 29)
        let still = BoxCoding(weights: (shift: 1, size: 1), convention: .caffe).decode([0, 0, 0, 0], at: 0, from: box)
        #expect(still == Box(left: 10, top: 10, right: 20, bottom: 30))  // Caffe's decoder adds the pixel
        let vast = coding.decode([0, 0, 1e30, 1e30], at: 0, from: box)
        #expect(abs(vast.right - vast.left - 9 * 62.5) < 0.01)
    }

    @Test func `sizes are those of the reference code`() {
        let torchvision = DetectorPreprocessing.torchvision(shortSide: 800, longSide: 1333)
        #expect(torchvision.size(width: 500, height: 375) == PictureSize(width: 1066, height: 799))
        #expect(torchvision.size(width: 3000, height: 1000) == PictureSize(width: 1332, height: 444))
        #expect(torchvision.size(width: 30000, height: 1) == PictureSize(width: 1332, height: 1))
        let caffe = DetectorPreprocessing.caffe(shortSide: 600, longSide: 1000)
        #expect(caffe.size(width: 500, height: 375) == PictureSize(width: 800, height: 600))
        #expect(caffe.size(width: 3000, height: 1000) == PictureSize(width: 1000, height: 333))
        #expect(caffe.size(width: 1, height: 1) == PictureSize(width: 600, height: 600))
    }

    @Test func `small boxes go before or after the best are taken`() throws {
        let grid = AnchorGrid(
            anchors: [Box(left: 0, top: 0, right: 4, bottom: 4)], rows: 1, columns: 3, strideX: 30, strideY: 30)
        // The best box shrinks to a fifth.
        let level = ProposalLevel(
            grid: grid, scores: [3, 2, 1], deltas: [0, 0, -1.6, -1.6] + [Float](repeating: 0, count: 8))
        func lefts(_ dropsSmallFirst: Bool) throws -> [Float] {
            let rule = ProposalRule(
                before: 2, after: 9, overlap: 0.7,
                coding: BoxCoding(weights: (shift: 1, size: 1), convention: .torchvision),
                dropsSmallFirst: dropsSmallFirst)
            return try rule.boxes([level], width: 200, height: 100, smallestSide: 2).map(\.left)
        }
        #expect(try lefts(true) == [30, 60])
        #expect(try lefts(false) == [30])
    }

    @Test func `scores that are no numbers are an error`() throws {
        let grid = AnchorGrid(
            anchors: [Box(left: 0, top: 0, right: 4, bottom: 4)], rows: 1, columns: 1, strideX: 4, strideY: 4)
        let level = ProposalLevel(grid: grid, scores: [.nan], deltas: [0, 0, 0, 0])
        let rule = FasterRCNNConfiguration().proposals
        #expect(throws: TorchError.self) { try rule.boxes([level], width: 9, height: 9, smallestSide: 1) }
    }

    @Test func `a region's class is its likeliest thing and duplicates fill up`() throws {
        let regions = ScoredRegions(
            boxes: [Box(left: 0, top: 0, right: 4, bottom: 4), Box(left: 8, top: 0, right: 16, bottom: 8)],
            features: try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2]),
            probabilities: [0.9, 0.06, 0.04, 0.5, 0.2, 0.3])
        let found = try regions.mostConfident(3, overlap: .init(threshold: 0.3, convention: .torchvision)) {
            $0.scaled(1 / 16, 1 / 8)
        }
        #expect(found.classes == [2, 1, 2])
        #expect(found.confidences == [0.3, 0.06, 0.3])
        #expect(found.features == [3, 4, 1, 2, 3, 4])
        #expect(found.boxes[0] == Box(left: 0.5, top: 0, right: 1, bottom: 1))
        #expect(found.boxes[2] == found.boxes[0])
    }

    @Test func `the classes of COCO stand at their numbers`() {
        let names = CocoClasses.names
        #expect(names.count == 91)
        #expect(names[0] == "background" && names[1] == "person" && names[90] == "toothbrush")
        #expect(
            names[13] == "stop sign" && names[12] == "unused 12" && names[44] == "bottle" && names[67] == "dining table"
        )
        #expect(names.filter { $0.hasPrefix("unused") }.count == 10)
    }
}
