package import Torch

/// A place in a model's tree of parameters. Modules are built along it, so the path *is* the checkpoint's key:
/// `Linear(scope / "query", ...)` under `fusion.image_to_text` owns `fusion.image_to_text.query.weight`.
package struct ParameterScope {
    let store: ParameterStore
    let path: String

    /// The scope one step down.
    package static func / (scope: ParameterScope, name: String) -> ParameterScope {
        ParameterScope(store: scope.store, path: scope.key(name))
    }

    /// The parameter `name` of this scope: from the checkpoint, or drawn anew from `initial`.
    package func parameter(_ name: String, _ shape: [Int], _ initial: Initializer) throws(TorchError) -> Tensor {
        try store.parameter(key(name), shape, initial)
    }

    /// The shape of `name` in the checkpoint; nil when it holds none, or when the model starts afresh. For parts that a
    /// checkpoint may come without, such as a classifier.
    package func checkpointShape(_ name: String) -> [Int]? { store.checkpointShape(key(name)) }

    /// Lets a checkpoint hold `name`, which the model has no use for.
    package func tolerate(_ name: String) { store.tolerate(key(name)) }

    private func key(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}

/// How a fresh parameter starts.
package enum Initializer: Sendable {
    case zeros
    case ones
    /// Uniform in [-bound, bound].
    case uniform(Double)
    /// Normal with zero mean and this standard deviation.
    case normal(Double)
}
