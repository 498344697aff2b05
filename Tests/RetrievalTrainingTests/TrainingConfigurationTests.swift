import Foundation
import PretrainedFolders
import RetrievalFixtures
import RetrievalModels
import Testing
import TextEncoding

@testable import RetrievalTraining

@Suite struct TrainingConfigurationTests {
    @Test func `the defaults are the paper's values for MSCOCO`() throws {
        var expected = try TrainingConfiguration(contentsOf: configs + "mscoco.yaml")
        expected.textEncoder.path = ".text-encoder"
        #expect(TrainingConfiguration() == expected)
        #expect(expected.model.jointDimension == 1024 && expected.training.learningRate == 5e-4)
    }

    @Test func `Flickr30K has the paper's values`() throws {
        let configuration = try TrainingConfiguration(contentsOf: configs + "flickr30k.yaml")
        #expect(configuration.model.localWeight == 0.6)
        #expect(configuration.loss.temperature == 0.01)
        #expect(configuration.training.learningRate == 2e-4)
        #expect(configuration.training.batchSize == 64 && configuration.training.epochs == 20)
    }

    @Test func `every shipped configuration is read`() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: configs) {
            _ = try TrainingConfiguration(contentsOf: configs + name)
        }
    }

    @Test func `a key left out keeps its default`() throws {
        let configuration = try TrainingConfiguration(
            yaml: "training: {learning_rate_decay: {every_epochs: 3}}\nmodel:\n  fusion: none\n", source: "x.yaml")
        var expected = TrainingConfiguration()
        expected.training.learningRateDecay.everyEpochs = 3
        expected.model.fusion = .none
        #expect(configuration == expected)
    }

    @Test(arguments: [".text-encoder", "null", "~", "", " a: b # c ", "12", "true", "é\"\n'", "a b \\ {x}"])
    func `written and read again it is the same`(path: String) throws {
        var configuration = TrainingConfiguration()
        try configuration.apply(overrides: [
            "model.heads=4", "model.fusion=gated", "model.normalize_features=true", "text_encoder.trainable=true",
            "loss.kind=triplet", "samples.noise=cutoff", "samples.level=embeddings", "samples.positives=short",
            "training.learning_rate=1e-07", "training.precision=bf16", "training.learning_rate_decay.factor=0.3",
            "data.validation_split=dev", "training.seed=9223372036854775807",
        ])
        configuration.textEncoder.path = path.isEmpty ? "x" : path
        #expect(try TrainingConfiguration(yaml: configuration.yaml(), source: "written") == configuration)
        let coded = try JSONEncoder().encode(["configuration": configuration])
        #expect(
            try JSONDecoder().decode([String: TrainingConfiguration].self, from: coded)["configuration"]
                == configuration)
    }

    @Test func `overrides change what they name, the last one wins`() throws {
        var configuration = TrainingConfiguration()
        try configuration.apply(overrides: [
            "training.epochs=3", "model.heads=3", "model.joint_dimension=9", "training.epochs=4",
        ])
        #expect(configuration.training.epochs == 4)
        #expect(configuration.model.heads == 3 && configuration.model.jointDimension == 9)
    }

    @Test(arguments: Method.allCases)
    func `the method that is named is the one to be trained`(_ method: Method) throws {
        let tiny = try TinyTraining(regions: 4)
        var configuration = tiny.configuration
        try configuration.apply(overrides: [
            "model.method=\(method.rawValue)", "samples.level=embeddings", "model.heads=2",
        ])
        let folder = tiny.folder.path + (method.readsPair ? "/pair" : "/bert")
        var split = tiny.split
        if method.readsPair {
            let family = method == .siglip ? PretrainedFamily.siglip : .clip
            try TinyPretrained.write(family, to: folder)
            var data = TinyData(images: 4, captionsPerImage: 2)
            data.globalDimension = TinyPretrained.projection(family)
            split = try data.split("pair", in: tiny.folder)
        }
        let encoder = try TextEncoder(directory: folder)
        #expect(try configuration.modelConfiguration(for: split, encoder).method == method)
    }

    @Test(arguments: Method.allCases)
    func `heads matter to a method that has them`(_ method: Method) throws {
        let yaml =
            "model: {method: \(method.rawValue), joint_dimension: 100, heads: 8}\nsamples: {level: embeddings}"
        if [.ascl, .mixed].contains(method) || method.hasLayers {
            #expect(throws: TrainingError.self) { try TrainingConfiguration(yaml: yaml, source: "x.yaml") }
        } else {
            #expect(try TrainingConfiguration(yaml: yaml, source: "x.yaml").model.method == method)
        }
    }

    private let configs =
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/Configs/"
}

extension Method {
    /// Whether it wants a pretrained pair's words and vectors.
    fileprivate var readsPair: Bool { self == .clip || self == .siglip || self == .mixed }
}
