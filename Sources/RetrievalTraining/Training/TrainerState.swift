import ArrayFiles
import AsCLBase
import Foundation
import Torch
import TorchNN

/// Where a training stands: with the parameters, the optimizer's moments and the run's seed, all that a resumed run
/// needs, since every random choice is a function of the seed and the step.
struct TrainerState: Codable, Equatable {
    /// Steps done.
    var step = 0
    /// Pairs of the training split, to refuse other data.
    var pairs: Int
    /// The best validation Rsum so far and the epoch, from 1, that reached it.
    var best: Best?

    struct Best: Codable, Equatable {
        let epoch: Int
        let rsum: Double
    }

    /// Writes `optimizer.safetensors` (parameters as they are now, moments, and this state as metadata: one file, so that
    /// a kill can never part them) and `trainer.json`, the state for people to read.
    func save(_ parameters: ParameterSet, _ optimizer: Adam, to folder: RunFolder) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let json = try encoder.encode(self)
        var tensors = optimizer.state
        for (name, tensor) in parameters.entries { tensors["parameter." + name] = tensor }
        try TensorFiles.save(
            tensors, metadata: [Self.key: String(decoding: json, as: UTF8.self)], to: folder.file(Self.file))
        try AtomicFile.write(json + Data("\n".utf8), to: folder.file("trainer.json"))
    }

    /// Takes up what `save` wrote.
    static func restore(_ parameters: ParameterSet, _ optimizer: Adam, from folder: RunFolder) throws -> TrainerState {
        let path = folder.file(file)
        let saved = try SafetensorsFile(path: path)
        guard let json = saved.metadata[key], let state = try? JSONDecoder().decode(Self.self, from: Data(json.utf8))
        else {
            throw TrainingError.malformed(
                source: path, problem: "expected a trainer's state in its metadata, found none")
        }
        let tensors = try TensorFiles.load(saved)
        try TensorFiles.check(tensors, of: path)
        let moments = tensors.filter { !$0.key.hasPrefix("parameter.") }
        try optimizer.restore(moments, from: path)
        let own = Set(parameters.entries.map { "parameter." + $0.name })
        let extra = tensors.keys.filter { $0.hasPrefix("parameter.") && !own.contains($0) }.sorted()
        guard extra.isEmpty else {
            throw ParameterError(path: path, problems: extra.map { "\($0): expected no such parameter, found one" })
        }
        try withoutGradients {
            for (name, tensor) in parameters.entries {
                guard let found = tensors["parameter." + name], found.shape == tensor.shape else {
                    let shape = tensors["parameter." + name].map { "\($0.shape)" } ?? "nothing"
                    throw ParameterError(path: path, problems: ["\(name): expected \(tensor.shape), found \(shape)"])
                }
                try tensor.copy(from: found)
            }
        }
        return state
    }

    private static let file = "optimizer.safetensors"
    private static let key = "trainer"
}
