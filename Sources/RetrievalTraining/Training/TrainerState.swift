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
    /// Validations since then; older programs do not tell.
    var validationsSinceBest: Int?

    struct Best: Codable, Equatable {
        let epoch: Int
        let rsum: Double
    }

    /// Writes `optimizer.safetensors` (parameters as they are now, their average, moments, and this state as metadata: one
    /// file, so that a kill can never part them) and `trainer.json`, the state for people to read.
    func save(_ trained: TrainedParameters, to folder: RunFolder) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let json = try encoder.encode(self)
        var tensors = trained.optimizer.state
        for (prefix, set) in Self.sets(trained) {
            for (name, tensor) in set.all { tensors[prefix + name] = tensor }
        }
        try TensorFiles.save(
            tensors, metadata: [Self.key: String(decoding: json, as: UTF8.self)], to: folder.file(Self.file))
        try AtomicFile.write(json + Data("\n".utf8), to: folder.file("trainer.json"))
    }

    /// Takes up what `save` wrote.
    static func restore(_ trained: TrainedParameters, from folder: RunFolder) throws -> TrainerState {
        let path = folder.file(file)
        let saved = try SafetensorsFile(path: path)
        guard let json = saved.metadata[key], let state = try? JSONDecoder().decode(Self.self, from: Data(json.utf8))
        else {
            throw TrainingError.malformed(
                source: path, problem: "expected a trainer's state in its metadata, found none")
        }
        let tensors = try TensorFiles.load(saved)
        try TensorFiles.check(tensors, of: path)
        let sets = sets(trained)
        try trained.optimizer.restore(
            tensors.filter { tensor in !sets.contains { tensor.key.hasPrefix($0.prefix) } }, from: path)
        for (prefix, set) in sets { try restore(set, prefix, tensors, from: path) }
        return state
    }

    /// Gives every process what process 0 has: all that is trained, and this state.
    func shared(_ trained: TrainedParameters, in group: ProcessGroup) throws -> TrainerState {
        let moments = trained.optimizer.state.sorted { $0.key < $1.key }.map(\.value)
        try group.share(moments + Self.sets(trained).flatMap { $0.set.all.map(\.tensor) })
        let states = try group.gathered(String(decoding: JSONEncoder().encode(self), as: UTF8.self))
        return try JSONDecoder().decode(Self.self, from: Data(states[0].utf8))
    }

    private static func restore(
        _ set: ParameterSet, _ prefix: String, _ tensors: [String: Tensor], from path: String
    ) throws {
        let own = Set(set.all.map { prefix + $0.name })
        let extra = tensors.keys.filter { $0.hasPrefix(prefix) && !own.contains($0) }.sorted()
        guard extra.isEmpty else {
            throw ParameterError(path: path, problems: extra.map { "\($0): expected no such parameter, found one" })
        }
        try withoutGradients {
            for (name, tensor) in set.all {
                guard let found = tensors[prefix + name], found.shape == tensor.shape else {
                    let shape = tensors[prefix + name].map { "\($0.shape)" } ?? "nothing"
                    throw ParameterError(path: path, problems: ["\(name): expected \(tensor.shape), found \(shape)"])
                }
                try tensor.copy(from: found)
            }
        }
    }

    /// What is kept besides the optimizer's own state, by what its names begin with.
    private static func sets(_ trained: TrainedParameters) -> [(prefix: String, set: ParameterSet)] {
        [("parameter.", trained.parameters)] + (trained.average.map { [("average.", $0.values)] } ?? [])
            + (trained.momentum?.states ?? [])
    }

    private static let file = "optimizer.safetensors"
    private static let key = "trainer"
}
