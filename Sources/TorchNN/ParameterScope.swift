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
    package func parameter(
        _ name: String, _ shape: [Int], _ initial: Initializer, role: ParameterRole = .other
    ) throws(TorchError) -> Tensor {
        try store.parameter(key(name), shape, initial, role)
    }

    /// The same for what training writes without learning it, such as running statistics: no gradient reaches it.
    package func buffer(_ name: String, _ shape: [Int], _ initial: Initializer) throws(TorchError) -> Tensor {
        try store.buffer(key(name), shape, initial)
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
    /// This value everywhere.
    case constant(Double)
    /// Uniform in [-bound, bound].
    case uniform(Double)
    /// Normal with zero mean and this standard deviation.
    case normal(Double)

    /// Of a linear layer's weights: uniform in +-sqrt(6 / (in + out)) (Glorot and Bengio 2010, after Xavier Glorot).
    package static func xavier(from input: Int, to output: Int) -> Initializer {
        .uniform((6 / Double(input + output)).squareRoot())
    }
}

/// How a parameter is used, which decides the type it may have in a model that only infers.
package enum ParameterRole: Sendable {
    /// A factor of matrix products.
    case matrix
    /// A table of which single rows are looked up.
    case table
    case other
}

/// What a loaded model's parameters are for.
package enum ParameterUse: Sendable, Equatable {
    /// float32 copies, which may be written to.
    case training
    /// Never written to: what has the right type is used where it lies in the mapped file. Matrices have the type of the
    /// products, tables the file's own, so that a large one costs only the rows that are looked up, all else float32.
    case inference(products: DType)
}
