import Foundation
import Testing
import Torch
import TorchNN

@testable import ImageEncoding

@Suite struct FasterRCNNTests {
    static let configuration: FasterRCNNConfiguration = {
        var small = FasterRCNNConfiguration()
        small.classNames = (0..<7).map { "thing \($0)" }
        small.blocks = [1, 2, 1, 1]
        small.width = 8
        small.pyramidWidth = 16
        small.representation = 32
        small.shortSide = 96
        small.longSide = 160
        small.normEpsilon = 1e-5
        return small
    }()

    let goldens: DetectionGoldens.Detector
    let tensors: [String: Tensor]

    init() throws {
        goldens = try DetectionGoldens.load().fasterRCNN
        let bias = try Tensor(goldens.classBias, shape: [7])
        tensors = try DetectionFormula.parameters(replacing: ["roi_heads.box_predictor.cls_score.bias": bias]) {
            try FasterRCNN($0, Self.configuration)
        }
    }

    private func model() throws -> FasterRCNN {
        try FasterRCNN.load(tensors, from: "formula", configuration: Self.configuration)
    }

    @Test func `detections are torchvision's`() throws {
        let model = try model()
        for golden in goldens.pictures {
            let picture = Formula.picture(golden.width, golden.height, golden.kind)
            let found = try model.detections(in: picture)
            #expect(found.map(\.label) == golden.labels)
            #expect(greatestDifference(found.map(\.score), try #require(golden.scores)) < 1e-4)
            #expect(greatestDifference(values(found.map(\.box)), try #require(golden.boxes)) < 0.01)
        }
    }

    @Test func `regions are torchvision's proposals with the head's features`() throws {
        let model = try model()
        for golden in goldens.pictures {
            let picture = Formula.picture(golden.width, golden.height, golden.kind)
            let (all, _) = try inferenceMode { try model.score(model.input(picture)) }
            #expect(all.boxes.count == golden.proposals)
            let found = try model.regions(of: picture, count: golden.regions.classes.count)
            #expect(found.classes == golden.regions.classes)
            #expect(greatestDifference(found.confidences, golden.regions.probabilities) < 1e-4)
            #expect(greatestDifference(values(found.boxes), golden.regions.boxes) < 1e-4)
            #expect(greatestDifference(found.features, golden.regions.features) < 1e-3)
        }
    }

    @Test func `the published file's older names load too`() throws {
        var older: [String: Tensor] = [:]
        for (name, tensor) in tensors {
            let isPyramid = name.hasPrefix("backbone.fpn.")
            older[
                isPyramid
                    ? name.replacingOccurrences(of: ".0.weight", with: ".weight")
                        .replacingOccurrences(of: ".0.bias", with: ".bias")
                    : name.replacingOccurrences(of: "rpn.head.conv.0.0.", with: "rpn.head.conv.")] = tensor
        }
        #expect(older["backbone.fpn.inner_blocks.0.weight"] != nil && older["rpn.head.conv.bias"] != nil)
        let model = try FasterRCNN.load(older, from: "older", configuration: Self.configuration)
        let picture = Formula.picture(40, 30)
        #expect(try model.detections(in: picture) == self.model().detections(in: picture))
    }

    @Test func `other weights are refused by name`() throws {
        var broken = tensors
        broken["rpn.head.conv.0.0.bias"] = nil
        broken["backbone.extra"] = try Tensor.zeros([1])
        let error = #expect(throws: ParameterError.self) {
            try FasterRCNN.load(broken, from: "weights.pth", configuration: Self.configuration)
        }
        #expect(error?.problems.count == 2)
        #expect(error?.description.contains("rpn.head.conv.0.0.bias") == true)
    }

    @Test func `the full model has torchvision's parameters`() throws {
        let shapes = try #require(try DetectionGoldens.parameters()["fasterRCNN"])
        let tensors = try shapes.mapValues { try Tensor.zeros([1]).expanded($0.isEmpty ? [1] : $0) }
        let model = try FasterRCNN.load(tensors, from: "full")
        #expect(model.regionDimension == 1024 && model.classNames.count == 91)
    }

    @Test(arguments: [(1, 1), (40, 30), (300, 1)])
    func `a blank picture has its regions`(_ width: Int, _ height: Int) throws {
        let blank = Picture(width: width, height: height, pixels: [UInt8](repeating: 255, count: width * height * 3))
        let found = try model().regions(of: blank, count: 36)
        #expect(found.boxes.count == 36 && found.features.count == 36 * 32)
        #expect(found.features.allSatisfy { $0.isFinite })
        #expect(found.classes.allSatisfy { (1..<7).contains($0) })
        #expect(values(found.boxes).allSatisfy { (0...1).contains($0) })
        #expect(try model().detections(in: blank).allSatisfy { $0.box.right <= Float(width) + 1e-3 })
    }
}
