import ArrayFiles
import Foundation
import ImageEncoding
import Testing
import Torch
import TorchNN

/// Our networks against torchvision's (`scripts/make_backbone_goldens.py`), on weights and an input of one formula.
@Suite struct BackboneTests {
    /// Relative to the greatest recorded value: torchvision computed in float64, we in float32.
    static let tolerance: Float = 2e-5

    let file: SafetensorsFile
    let recorded: [String: Tensor]

    init() throws {
        let path = try #require(
            Bundle.module.path(forResource: "backbones", ofType: "safetensors", inDirectory: "Resources"))
        file = try SafetensorsFile(path: path)
        recorded = try TensorFiles.load(file)
    }

    @Test(arguments: BackboneName.allCases)
    func `maps and logits are those of torchvision`(_ name: BackboneName) throws {
        let parameters = try BackboneFormula.parameters(of: name)
        #expect("\(parameters.count)" == file.metadata[name.rawValue], "torchvision's parameters, no more and no less")
        let (network, _) = try ParameterStore.load(parameters, from: "formula") { try name.build($0) }
        let input = try Formula.uniform("input", [2, 3, 65, 97]) * 2
        let untouched: [Float] = try input.array()
        try inferenceMode {
            let map = try network.map(input)
            #expect(map.shape == [2, network.channels, 3, 4])
            try expectRecorded("\(name.rawValue).pooled", network.pooled(map))
            try expectRecorded("\(name.rawValue).places", map.mean(1))
            let logits = try network.logits(map)
            try expectRecorded("\(name.rawValue).logits", #require(logits))
        }
        #expect(try input.array() == untouched, "in-place sums stay inside the network")
    }

    func expectRecorded(_ name: String, _ found: Tensor) throws {
        let expected: [Float] = try #require(recorded[name]).array()
        let scale = expected.reduce(0) { max($0, abs($1)) }
        let difference = try greatestDifference(found.array(), expected)
        #expect(difference < Self.tolerance * scale, "\(name): off by \(difference / scale)")
    }

    @Test func `a checkpoint may lack the classifier and hold batch counts`() throws {
        var tensors = try BackboneFormula.parameters(of: .resnet18)
        tensors["fc.weight"] = nil
        tensors["fc.bias"] = nil
        tensors["layer4.1.bn2.num_batches_tracked"] = try Tensor([7], shape: [])
        let network = try Backbone(.resnet18, tensors, from: "some.pth", weightsDigest: "").network
        #expect(try network.logits(network.map(.zeros([1, 3, 32, 32]))) == nil)
    }

    @Test func `weights of another network are listed key by key`() throws {
        var tensors = try BackboneFormula.parameters(of: .resnet18)
        tensors["layer1.0.conv1.weight"] = try .zeros([64, 64, 1, 1])
        tensors["layer4.1.bn2.running_var"] = nil
        tensors["layer5.weight"] = try .zeros([1])
        let error = #expect(throws: ParameterError.self) {
            try Backbone(.resnet18, tensors, from: "some.pth", weightsDigest: "")
        }
        #expect(
            error?.problems == [
                "layer1.0.conv1.weight: expected [64, 64, 3, 3], found [64, 64, 1, 1]",
                "layer4.1.bn2.running_var: expected [512], found nothing",
                "layer5.weight: expected no such parameter, found one",
            ])
    }

    @Test func `a stage leaves its input as it was`() throws {
        // No shortcut convolution stands between this stage's input and the sum.
        let stage = try ParameterStore.initialize(seed: 1) {
            try ResNetStage($0, block: .basic, blocks: 2, from: 8, width: 8, stride: 1)
        }.model
        let x = try Formula.uniform("x", [1, 8, 5, 7]).channelsLast()
        let before: [Float] = try x.array()
        _ = try inferenceMode { () throws(TorchError) in try stage(x) }
        #expect(try x.array() == before)
    }

    /// detectron2's names and Caffe's stride: the same weights under other names.
    @Test func `names and strides may be those of other origins`() throws {
        func build(_ scope: ParameterScope, _ names: ResNetNames, _ strideIn1x1: Bool) throws -> ResNetStage {
            try ResNetStage(
                scope / "stage", block: .bottleneck, blocks: 2, from: 8, width: 4, stride: 2, strideIn1x1: strideIn1x1,
                names: names)
        }
        let torchvision = try ParameterStore.initialize(seed: 1) { try build($0, .torchvision, false) }
        let renamed = Dictionary(
            uniqueKeysWithValues: torchvision.parameters.entries.map { name, tensor in
                let name = name.replacing("downsample.0", with: "shortcut")
                    .replacing("downsample.1", with: "shortcut.norm").replacing(/bn(\d)/) { "conv\($0.1).norm" }
                return (name, tensor)
            })
        let (detectron2, _) = try ParameterStore.load(renamed, from: "renamed") { try build($0, .detectron2, false) }
        let (caffe, _) = try ParameterStore.load(renamed, from: "renamed") { try build($0, .detectron2, true) }
        let x = try Formula.uniform("x", [1, 8, 6, 10])
        let expected: [Float] = try torchvision.model(x).array()
        #expect(try detectron2(x).array() == expected)
        let other = try caffe(x)
        #expect(other.shape == [1, 16, 3, 5])
        #expect(try greatestDifference(other.array(), expected) > 1e-3, "it skips other pixels")
    }

    @Test func `the stem pools as torchvision or as Caffe`() throws {
        // The convolution leaves 33 x 34 pixels; an unpadded last window of 34 reaches over the edge.
        for (pooling, sides) in [(ResNetStem.Pooling.padded, [17, 17]), (.ceiling, [16, 17])] {
            let stem = try ParameterStore.initialize(seed: 1) { try ResNetStem($0, pooling: pooling) }.model
            #expect(try stem(.zeros([1, 3, 66, 68])).shape == [1, 64] + sides)
        }
    }
}
