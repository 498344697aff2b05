import AsCLBase
import Foundation
package import RetrievalData
package import RetrievalModels
package import TextEncoding
package import Torch

/// A training from its configuration and its data: splits, text encoder, model, folder, trainer, in this order. All that
/// can be known to be wrong is found before anything is written or takes long.
package struct TrainingRun {
    /// What decides the run.
    package let configuration: TrainingConfiguration
    /// Trained on.
    package let train: RetrievalSplit
    /// Chooses the checkpoint.
    package let validation: RetrievalSplit
    /// The model, fresh.
    package let model: RetrievalModel
    let teacher: RetrievalModel?
    let phrases: Phrases
    /// What of the model that it begins as was not taken, a line each.
    package let notices: [String]

    /// - Parameters:
    ///   - splits: What to train and to validate on, as `configuration.splits(of:)` gives them.
    ///   - path: Of the data, for errors.
    ///   - encoder: The text encoder; without it the one that the configuration names.
    ///   - teacher: Whose scores the model is to learn besides.
    package init(
        _ configuration: TrainingConfiguration, _ splits: (train: RetrievalSplit, validation: RetrievalSplit),
        path: String, encoder: TextEncoder? = nil, teacher: RetrievalModel? = nil, device: Device
    ) throws {
        self.configuration = configuration
        (train, validation) = splits
        self.teacher = teacher
        let encoder =
            try encoder ?? TextEncoder(directory: TextEncoder.find(configuration.textEncoder.path), device: device)
        phrases = try Phrases(configuration, train)
        let shape = try configuration.modelConfiguration(for: train, encoder, phrases: phrases.texts)
        let (seed, from) = (UInt64(configuration.training.seed), configuration.model.from)
        (model, notices) =
            from.isEmpty
            ? (
                try RetrievalModel(
                    shape, textEncoder: encoder, features: train.encoder, seed: seed, device: device), []
            )
            : try RetrievalModel.beginning(
                as: from, shape, textEncoder: encoder, features: train.encoder, seed: seed, device: device)
        try model.check(validation, path: path)
        try configuration.check(model, teacher: teacher)
    }

    /// The configuration of the run that a folder holds.
    /// - Throws: An error that names what is wrong with it, or the format of a newer program's checkpoint.
    package static func configuration(ofRunIn folder: String) throws -> TrainingConfiguration {
        try CheckpointFormat.check(folder + "/config.json")
        let path = folder + "/training.yaml"
        guard FileManager.default.fileExists(atPath: path) else {
            throw InputError(path: folder, expected: "the folder of the run to resume", found: "no training.yaml in it")
        }
        return try TrainingConfiguration(contentsOf: path)
    }

    /// Takes the folder for the run and writes the configuration into it.
    /// - Throws: `TrainingError` where the folder's run is to be kept, or is to go on and is one of another configuration.
    package func claim(_ path: String, existing: RunFolder.Existing) throws -> RunFolder {
        let folder = try RunFolder(claiming: path, existing: existing)
        let file = folder.file("training.yaml")
        if FileManager.default.fileExists(atPath: file) {
            guard try Self.configuration(ofRunIn: path) == configuration else {
                throw TrainingError.unusable(
                    path: file, problem: "expected the configuration that the run goes on with, found another")
            }
        } else {
            try AtomicFile.write(Data(configuration.yaml().utf8), to: file)
        }
        return folder
    }

    /// The trainer, once what a frozen text encoder gives is encoded.
    /// - Parameters:
    ///   - words: What it makes of the training's captions, where that is known already.
    ///   - group: Processes that train together.
    package func trainer(
        words: WordSource? = nil, sharedBy group: ProcessGroup? = nil, onEvent: (TrainingEvent) -> Void = { _ in }
    ) throws -> Trainer {
        try Trainer(
            configuration, model: model, train: train, validation: validation, words: words, phrases: phrases,
            teacher: teacher, sharedBy: group, onEvent: onEvent)
    }
}
