import AsCLBase
package import Torch

/// Builds a model's parameters, from a checkpoint or from a seed, and keeps them by name in the order of building.
package final class ParameterStore {
    private enum Source {
        case random(Generator)
        case checkpoint([String: Tensor], ParameterUse)
    }

    private let source: Source
    private let device: Device
    private var built: [(name: String, tensor: Tensor)] = []
    private var buffers: [(name: String, tensor: Tensor)] = []
    private var problems: [String] = []
    private var tolerated: Set<String> = []

    private init(_ source: Source, device: Device) {
        self.source = source
        self.device = device
    }

    /// A freshly initialised model: the same seed gives the same parameters, on whatever device they then live.
    package static func initialize<Model>(
        seed: UInt64, device: Device = .cpu, _ build: (ParameterScope) throws -> Model
    ) throws -> (model: Model, parameters: ParameterSet) {
        let store = ParameterStore(.random(try Generator(seed: seed)), device: device)
        let model = try build(ParameterScope(store: store, path: ""))
        return (model, ParameterSet(store.built, buffers: store.buffers))
    }

    /// A model whose every parameter comes from `tensors`, as `use` wants them.
    /// - Parameter origin: The file's path, for errors.
    /// - Throws: `ParameterError` that lists every missing, misshaped and left-over parameter.
    package static func load<Model>(
        _ tensors: [String: Tensor], from origin: String, use: ParameterUse = .training, device: Device = .cpu,
        _ build: (ParameterScope) throws -> Model
    ) throws -> (model: Model, parameters: ParameterSet) {
        let store = ParameterStore(.checkpoint(tensors, use), device: device)
        let model = try build(ParameterScope(store: store, path: ""))
        let wanted = store.tolerated.union((store.built + store.buffers).map(\.name))
        let extra = tensors.keys.filter { !wanted.contains($0) }.sorted()
        let problems = store.problems + extra.map { "\($0): expected no such parameter, found one" }
        guard problems.isEmpty else { throw ParameterError(path: origin, problems: problems) }
        return (model, ParameterSet(store.built, buffers: store.buffers))
    }

    func parameter(
        _ name: String, _ shape: [Int], _ initial: Initializer, _ role: ParameterRole
    ) throws(TorchError) -> Tensor {
        let tensor = try value(name, shape, initial, role).to(device: device)
        built.append((name, tensor))
        return tensor
    }

    func buffer(_ name: String, _ shape: [Int], _ initial: Initializer) throws(TorchError) -> Tensor {
        let tensor = try value(name, shape, initial, .other).to(device: device)
        buffers.append((name, tensor))
        return tensor
    }

    func checkpointShape(_ name: String) -> [Int]? {
        guard case .checkpoint(let tensors, _) = source else { return nil }
        return tensors[name]?.shape
    }

    func tolerate(_ name: String) { tolerated.insert(name) }

    private func value(
        _ name: String, _ shape: [Int], _ initial: Initializer, _ role: ParameterRole
    ) throws(TorchError) -> Tensor {
        switch source {
        case .random(let generator):
            switch initial {
            case .zeros: return try .zeros(shape)
            case .ones: return try .full(shape, 1)
            case .constant(let value): return try .full(shape, value)
            case .uniform(let bound): return try .uniform(shape, -bound, bound, generator: generator)
            case .normal(let deviation): return try .normal(shape, generator: generator) * deviation
            }
        case .checkpoint(let tensors, let use):
            guard let tensor = tensors[name] else {
                problems.append("\(name): expected \(shape), found nothing")
                return try Self.standIn(shape)
            }
            guard tensor.shape == shape else {
                problems.append("\(name): expected \(shape), found \(tensor.shape)")
                return try Self.standIn(shape)
            }
            switch (use, role) {
            // A copy: the file's pages are mapped read-only, and training writes in place.
            case (.training, _): return try tensor.to(.float32).cloned()
            case (.inference, .table) where tensor.dtype.isFloatingPoint: return tensor
            case (.inference(let products), .matrix): return try tensor.to(products)
            case (.inference, _): return try tensor.to(.float32)
            }
        }
    }

    /// Only to go on and list the other problems, for `load` throws: a single number in memory, since the shape may be one
    /// that a configuration merely claims.
    private static func standIn(_ shape: [Int]) throws(TorchError) -> Tensor { try .full([], 0).expanded(shape) }
}

/// What does not fit between a checkpoint and the model it should fill; all of it in one line.
package struct ParameterError: Error, CustomStringConvertible, Sendable {
    /// The file.
    package let path: String
    /// One entry a parameter: its name, what was expected, what was found.
    package let problems: [String]

    /// Makes an error; control characters in a hostile file's names are written as escapes.
    package init(path: String, problems: [String]) {
        self.path = path.escapedForOneLine
        self.problems = problems.map(\.escapedForOneLine)
    }

    /// `path: n parameters do not fit: ...; ...`.
    package var description: String {
        "\(path): \(problems.count) parameter\(problems.count == 1 ? " does" : "s do") not fit: "
            + problems.joined(separator: "; ")
    }
}

/// A model's parameters by name, in the order of building.
package struct ParameterSet: Sendable {
    /// Names and tensors of what is learned.
    package let entries: [(name: String, tensor: Tensor)]
    /// Names and tensors of what training writes besides, such as running statistics.
    package let buffers: [(name: String, tensor: Tensor)]

    /// Makes a set from names and tensors.
    package init(_ entries: [(name: String, tensor: Tensor)], buffers: [(name: String, tensor: Tensor)] = []) {
        self.entries = entries
        self.buffers = buffers
    }

    /// All that a checkpoint holds of the model: parameters, then buffers.
    package var all: [(name: String, tensor: Tensor)] { entries + buffers }

    /// `all` by name.
    package var dictionary: [String: Tensor] { Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0.tensor) }) }

    /// The number of values that are learned.
    package var valueCount: Int { entries.reduce(0) { $0 + $1.tensor.count } }

    /// Makes them take part in differentiation, or not.
    package func setRequiresGradient(_ on: Bool) throws(TorchError) {
        for entry in entries { try entry.tensor.setRequiresGradient(on) }
    }
}
