import ArgumentParser
import Foundation
import ModelWeights
import RetrievalTraining

/// Values of a training's configuration that the command line sets: any by `--set`, the usual ones by options of their own.
struct TrainingValues: ParsableArguments {
    @Option(
        name: .customLong("set"), help: "Change a value of the configuration: --set loss.temperature=0.1. Repeatable.")
    var overrides: [String] = []

    @Option(help: "training.epochs.")
    var epochs: Int?

    @Option(help: "training.batch_size.")
    var batchSize: Int?

    @Option(help: "training.learning_rate.")
    var learningRate: Double?

    @Option(help: "training.seed.")
    var seed: Int?

    /// The options of their own that were given: name, key and value.
    private var given: [(option: String, key: String, value: String)] {
        [
            ("--epochs", "training.epochs", epochs.map { "\($0)" }),
            ("--batch-size", "training.batch_size", batchSize.map { "\($0)" }),
            ("--learning-rate", "training.learning_rate", learningRate.map { "\($0)" }),
            ("--seed", "training.seed", seed.map { "\($0)" }),
        ].compactMap { option, key, value in value.map { (option, key, $0) } }
    }

    /// The options that were given.
    var options: [String] { (overrides.isEmpty ? [] : ["--set"]) + given.map(\.option) }

    mutating func validate() throws {
        for (option, key, _) in given {
            for override in overrides where override.prefix(while: { $0 != "=" }) == key {
                throw ValidationError("\(option) and --set \(override) exclude each other")
            }
        }
    }

    /// What to change, in order.
    func changes() throws -> [TrainingConfiguration.Change] {
        try overrides.map { try .init($0) } + given.map { .init($0.key, $0.value, source: "\($0.option) \($0.value)") }
    }
}

extension TrainingConfiguration {
    /// Takes a model of the hub for the text encoder where it goes by its name and was fetched.
    mutating func findTextEncoder() throws {
        let path = textEncoder.path
        guard !FileManager.default.fileExists(atPath: path) else { return }
        if PretrainedModels.catalogue.contains(where: { $0.name == path }) {
            textEncoder.path = try PretrainedModels.folder(path)
        } else if let folder = try? PretrainedModels.folder(path) {
            textEncoder.path = folder
        }
    }
}
