import Foundation
import Testing
import Torch
import TorchNN

@testable import ImageEncoding

@Suite struct DetectionBottomUpTests {
    static let configuration: BottomUpAttentionConfiguration = {
        var small = BottomUpAttentionConfiguration()
        small.classNames = (0..<20).map { "thing \($0)" }
        small.blocks = [1, 2, 1, 2]
        small.width = 8
        small.proposalWidth = 16
        small.shortSide = 128
        small.longSide = 200
        small.proposalCounts = (before: 400, after: 40)
        return small
    }()

    let goldens: DetectionGoldens.Detector
    let model: BottomUpAttention

    init() throws {
        goldens = try DetectionGoldens.load().bottomUpAttention
        let bias = try Tensor(goldens.classBias, shape: [20])
        let tensors = try DetectionFormula.parameters(replacing: ["roi_heads.box_predictor.cls_score.bias": bias]) {
            try BottomUpAttention($0, Self.configuration)
        }
        model = try BottomUpAttention.load(tensors, from: "formula", configuration: Self.configuration)
    }

    @Test func `regions are those of a plain PyTorch definition`() throws {
        for golden in goldens.pictures {
            let picture = Formula.picture(golden.width, golden.height, golden.kind)
            let found = try model.regions(of: picture, count: golden.regions.classes.count)
            #expect(found.classes == golden.regions.classes)
            #expect(greatestDifference(found.confidences, golden.regions.probabilities) < 1e-4)
            #expect(greatestDifference(values(found.boxes), golden.regions.boxes) < 1e-4)
            #expect(greatestDifference(found.features, golden.regions.features) < 1e-3)
        }
    }

    @Test func `the full model has the public conversion's parameters`() throws {
        let shapes = try #require(try DetectionGoldens.parameters()["bottomUpAttention"])
        #expect(shapes["roi_heads.box_predictor.attr_linear2.weight"] == [401, 512])
        var tensors = try shapes.mapValues { try Tensor.zeros([1]).expanded($0.isEmpty ? [1] : $0) }
        let full = try BottomUpAttention.load(tensors, from: "full")
        #expect(full.regionDimension == 2048 && full.classNames.count == 1601)
        tensors["pixel_mean"] = try Tensor.zeros([3, 1, 1])
        tensors["roi_heads.res5.2.conv2.norm.running_var"] = nil
        let error = #expect(throws: ParameterError.self) { try BottomUpAttention.load(tensors, from: "full") }
        #expect(error?.problems.count == 1)
    }

    @Test(arguments: [(1, 1), (40, 30), (300, 1)])
    func `a blank picture has its regions`(_ width: Int, _ height: Int) throws {
        let blank = Picture(width: width, height: height, pixels: [UInt8](repeating: 255, count: width * height * 3))
        let found = try model.regions(of: blank, count: 36)
        #expect(found.boxes.count == 36 && found.features.count == 36 * 256)
        #expect(found.features.allSatisfy { $0.isFinite })
        #expect(found.classes.allSatisfy { (1..<20).contains($0) })
        #expect(values(found.boxes).allSatisfy { (0...1).contains($0) })
        // Of one pixel, or one row, no proposal is 16 pixels high: the whole picture is the region.
        if min(width, height) == 1 { #expect(Set(found.boxes.map(\.left)) == [0] && found.boxes[0].right > 0.9) }
    }

    @Test func `a detector and a describer make an encoder`() throws {
        let encoder = DetectorEncoder(detector: model, detectorDigest: "abc", describer: Brightness(), regions: 5)
        #expect(encoder.shape == FeatureShape(regions: 5, regionDimension: 256, globalDimension: 1, hasClasses: true))
        #expect(encoder.identity.contains("abc") && encoder.identity.contains("brightness"))
        #expect(encoder.classNames.count == 20)
        #expect(encoder.smallestUsefulSize(width: 400, height: 400) == PictureSize(width: 128, height: 200))
        let pictures = [Formula.picture(60, 45), Formula.picture(33, 80, 1)]
        let found = try encoder.encode(pictures)
        #expect(found.count == 2)
        for (features, picture) in zip(found, pictures) {
            let own = try model.regions(of: picture, count: 5)
            #expect(features.regions == own.features && features.classes == own.classes)
            #expect(features.boxes == values(own.boxes) && features.confidences == own.confidences)
            #expect(features.global == [Float(picture.pixels[0])])
        }
    }

    struct Brightness: GlobalDescriber {
        let globalDimension = 1
        let identity = "brightness"
        func smallestUsefulSize(width: Int, height: Int) -> PictureSize { PictureSize(width: 2, height: 200) }
        func globalFeatures(of pictures: [Picture]) throws -> [[Float]] { pictures.map { [Float($0.pixels[0])] } }
    }
}
