import ArrayFiles
import Foundation
import RetrievalData
import RetrievalFixtures
import RetrievalModels
import TextEncoding
import Torch

@testable import RetrievalTraining

/// A training of a few steps on a few random pairs.
struct TinyTraining {
    let folder: ScratchFolder
    var data: TinyData
    var split: RetrievalSplit
    var configuration = TrainingConfiguration()

    /// - Parameter dropout: Of the text encoder. It draws from the process's default generator, so a test that needs it
    ///   to repeat itself has to be alone in its process.
    init(images: Int = 6, captionsPerImage: Int = 2, regions: Int = 3, dropout: Double = 0) throws {
        folder = try ScratchFolder()
        data = TinyData(images: images, captionsPerImage: captionsPerImage)
        data.regions = regions
        split = try data.split(in: folder)
        try TinyTextEncoder.write(to: folder.path + "/bert", dropout: dropout)
        configuration.training.epochs = 2
        configuration.training.batchSize = 4
        configuration.training.learningRate = 5e-3
        configuration.training.logEverySteps = 1
    }

    /// A fresh model on a text encoder read anew.
    func model(seed: UInt64 = 1) throws -> RetrievalModel {
        try RetrievalModel(
            data.configuration(), textEncoder: TextEncoder(directory: folder.path + "/bert"), seed: seed)
    }

    func trainer(_ model: RetrievalModel, onEvent: (TrainingEvent) -> Void = { _ in }) throws -> Trainer {
        try Trainer(configuration, model: model, train: split, validation: split, onEvent: onEvent)
    }

    func output(_ name: String) throws -> RunFolder {
        try RunFolder(claiming: "\(folder.path)/\(name)", existing: .refuse)
    }

    /// Trains a fresh model into the folder `name`; the model as it is after the last step.
    @discardableResult
    func run(into name: String, modelSeed: UInt64 = 1) throws -> (outcome: TrainingOutcome, model: RetrievalModel) {
        let model = try model(seed: modelSeed)
        return (try trainer(model).run(in: output(name)), model)
    }

    func samples(_ model: RetrievalModel) throws -> GeneratedSamples {
        let tokens = try model.tokenize(split.captions).map(\.ids)
        let words =
            try configuration.textEncoder.trainable
            ? WordSource(model, encoderIsTrained: true) : WordSource(model, keeping: tokens)
        return GeneratedSamples(configuration: configuration.samples, split: split, tokens: tokens, words: words)
    }

    /// The lines of a run's log, without their times.
    func log(_ name: String) throws -> [[String: Double]] {
        try read("\(folder.path)/\(name)/log.jsonl").split(separator: "\n").map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return (object ?? [:]).compactMapValues { $0 as? Double }
        }
    }
}

/// All values by parameter.
func values(_ model: RetrievalModel) throws -> [String: [Float]] {
    try model.parameters.dictionary.mapValues { try $0.detached().array() }
}

/// All values of the text encoder by parameter.
func encoderValues(_ model: RetrievalModel) throws -> [String: [Float]] {
    try model.textEncoder.parameters.dictionary.mapValues { try $0.detached().array() }
}
