import Foundation
import Testing
import Torch

@testable import ImageEncoding

@Suite struct RegionKernelTests {
    let goldens: DetectionGoldens.Kernels
    let map: Tensor

    init() throws {
        goldens = try DetectionGoldens.load().kernels
        map = try Formula.uniform("map", [1, 5, 10, 13])
    }

    @Test func `suppression keeps what torchvision keeps`() throws {
        let all = boxes(goldens.boxes)
        let scores = try Formula.floats("scores", 60)
        let overlap = RegionKernels.Overlap(threshold: 0.3, convention: .torchvision)
        let groups = (0..<60).map { Int32($0 % 3) }
        #expect(try RegionKernels.suppress(all, scores: scores, overlap: overlap, limit: 60) == goldens.suppressed)
        #expect(
            try RegionKernels.suppress(all, scores: scores, groups: groups, overlap: overlap, limit: 60)
                == goldens.suppressedByGroup)
        #expect(
            try RegionKernels.suppress(all, scores: scores, groups: groups, overlap: overlap, limit: 5)
                == Array(goldens.suppressedByGroup.prefix(5)))
    }

    @Test(arguments: [BoxConvention.torchvision, .caffe])
    func `suppression is the plain one`(_ convention: BoxConvention) throws {
        let all = try boxes(Formula.floats("whole", 400).map { ($0 * 6).rounded() }).map { box in
            Box(left: box.left, top: box.top, right: box.left + abs(box.right), bottom: box.top + abs(box.bottom))
        }
        let scores = try Formula.floats("whole scores", 100)
        // Whole coordinates make many overlaps exactly one half, where the conventions part.
        let overlap = RegionKernels.Overlap(threshold: 0.5, convention: convention)
        let found = try RegionKernels.suppress(all, scores: scores, overlap: overlap, limit: 100)
        #expect(found == plainSuppression(all, scores, 0.5, convention))
        #expect(found.count > 10 && found.count < 95)
    }

    @Test func `the conventions differ at the threshold and in width`() throws {
        let halves = [Box(left: 0, top: 0, right: 1, bottom: 1), Box(left: 0, top: 0, right: 2, bottom: 1)]
        func kept(_ convention: BoxConvention, _ threshold: Double) throws -> Int {
            try RegionKernels.suppress(
                halves, scores: [1, 0], overlap: .init(threshold: threshold, convention: convention), limit: 2
            ).count
        }
        #expect(try kept(.torchvision, 0.5) == 2)
        #expect(try kept(.torchvision, 0.49) == 1)
        #expect(try kept(.caffe, 0.5) == 1)  // 4 of 6 pixels
        #expect(try kept(.caffe, 0.7) == 2)
    }

    @Test func `confidences are the best score of a class that kept the box`() throws {
        let all = Array(boxes(goldens.boxes).prefix(40))
        let scores = try Formula.floats("class scores", 40 * 4).map { ($0 + 1) / 2 }
        let found = try RegionKernels.confidences(
            all, scores: scores, firstClass: 1, overlap: .init(threshold: 0.3, convention: .caffe))
        var expected = [Float](repeating: 0, count: 40)
        for label in 1..<4 {
            let own = (0..<40).map { scores[$0 * 4 + label] }
            for index in plainSuppression(all, own, 0.3, .caffe) { expected[index] = max(expected[index], own[index]) }
        }
        #expect(found == expected)
        #expect(expected.contains(0) && expected.contains { $0 > 0 })
    }

    @Test func `impossible sizes are refused as that`() throws {
        let one = [Box(left: 0, top: 0, right: 1, bottom: 1)]
        let overlap = RegionKernels.Overlap(threshold: 0.5, convention: .torchvision)
        let bodies: [(String, () throws -> Void)] = [
            ("top", { _ = try RegionKernels.top(-1, of: [1, 2]) }),
            ("suppress", { _ = try RegionKernels.suppress(one, scores: [1], overlap: overlap, limit: -1) }),
            (
                "confidences",
                { _ = try RegionKernels.confidences(one, scores: [1], firstClass: -1, overlap: overlap) }
            ),
        ]
        for (name, body) in bodies {
            let error = #expect(throws: TorchError.self) { try body() }
            #expect(error?.description == "regions.\(name): impossible sizes")
        }
    }

    @Test func `every failure has a reason of its own`() {
        #expect([-1, -2, -3].map(RegionKernels.reason) == ["out of memory", "impossible sizes", "an unknown failure"])
    }

    @Test func `cells are torchvision's`() throws {
        let rois = boxes(goldens.rois)
        let aligned = try RegionKernels.align(map, rois, size: 3, scale: 0.125, samples: 2, aligned: false)
        #expect(aligned.shape == [9, 5, 3, 3])
        #expect(greatestDifference(try aligned.array(), goldens.aligned) < 1e-6)
        let half = try RegionKernels.align(map, rois, size: 3, scale: 0.125, samples: 0, aligned: true)
        #expect(greatestDifference(try half.array(), goldens.alignedHalfPixel) < 1e-5)
        let pooled = try RegionKernels.pool(map, rois, size: 3, scale: 0.125)
        #expect(greatestDifference(try pooled.array(), goldens.pooled) < 1e-6)
        #expect(goldens.pooled.contains(0))
    }

    @Test func `cells of a slope are its values`() throws {
        let slope = try Tensor((0..<64).map { Float($0 / 8 * 10 + $0 % 8) }, shape: [1, 1, 8, 8])
        let box = Box(left: 2, top: 1, right: 6, bottom: 5)
        let cells = try RegionKernels.align(slope, [box], size: 2, scale: 1, samples: 0, aligned: false)
        #expect(try cells.array(Float.self) == [23, 25, 43, 45])
        let shifted = try RegionKernels.align(slope, [box], size: 2, scale: 1, samples: 0, aligned: true)
        #expect(try shifted.array(Float.self) == [17.5, 19.5, 37.5, 39.5])
        let pooled = try RegionKernels.pool(slope, [box], size: 1, scale: 1)
        #expect(try pooled.array(Float.self) == [56])
    }

    @Test func `the best come first and equals in order`() throws {
        #expect(try RegionKernels.top(3, of: [1, 5, 2, 5, 0]) == [1, 3, 2])
        #expect(try RegionKernels.top(9, of: [1, 5]) == [1, 0])
        #expect(try RegionKernels.top(2, of: [.nan, 1, -.infinity]) == [1, 0])
        #expect(try RegionKernels.top(2, of: []) == [])
    }

    @Test func `nothing to do is done`() throws {
        let overlap = RegionKernels.Overlap(threshold: 0.3, convention: .caffe)
        #expect(try RegionKernels.suppress([], scores: [], overlap: overlap, limit: 4) == [])
        #expect(try RegionKernels.confidences([], scores: [], firstClass: 1, overlap: overlap) == [])
        #expect(try RegionKernels.pool(map, [], size: 3, scale: 1).shape == [0, 5, 3, 3])
    }

    @Test func `boxes beyond reason are refused`() throws {
        for edge in [Float.nan, .infinity, 1e9] {
            let box = Box(left: 0, top: 0, right: edge, bottom: 1)
            #expect(throws: TorchError.self) { try RegionKernels.pool(map, [box], size: 3, scale: 1) }
            #expect(throws: TorchError.self) {
                try RegionKernels.suppress(
                    [box], scores: [1], overlap: .init(threshold: 0.3, convention: .caffe), limit: 1)
            }
        }
        let flat = try Tensor.zeros([5, 10, 13])
        #expect(throws: TorchError.self) { try RegionKernels.pool(flat, [], size: 3, scale: 1) }
    }

    private func plainSuppression(
        _ boxes: [Box], _ scores: [Float], _ threshold: Float, _ convention: BoxConvention
    ) -> [Int] {
        let one = convention.extent
        func area(_ box: Box) -> Float { (box.right - box.left + one) * (box.bottom - box.top + one) }
        var kept: [Int] = []
        for index in scores.indices.sorted(by: { (scores[$0], $1) > (scores[$1], $0) }) {
            let box = boxes[index]
            let isFree = kept.allSatisfy { other in
                let rival = boxes[other]
                let width = max(0, min(box.right, rival.right) - max(box.left, rival.left) + one)
                let height = max(0, min(box.bottom, rival.bottom) - max(box.top, rival.top) + one)
                let ratio = width * height / (area(box) + area(rival) - width * height)
                return convention == .caffe ? !(ratio >= threshold) : !(ratio > threshold)
            }
            if isFree { kept.append(index) }
        }
        return kept
    }
}
