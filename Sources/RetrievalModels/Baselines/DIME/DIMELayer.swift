import Torch
import TorchNN

/// A layer of DIME: four cells side by side, and in each a router that weighs the paths onward.
///
/// With pi_j the router of cell j, cell_1 the identity, and states X_j that cell j reads:
///
///     four paths:  X'_i = sum_j pi_j[i] / (sum_j' pi_j'[i] + 1e-8) cell_j(X_j) + [sum_j pi_j[i] < 1e-4] cell_1(X_1)
///     one path:    X'   = sum_j (pi_j cell_j(X_j) + q_j X_j) / sum_j (pi_j + q_j),   q_j = [pi_j < 1e-4 / 4]
struct DIMELayer: Sendable {
    static let cellCount = 4
    private static let closed = 1e-4

    private let cells: [any DIMECell]
    private let routers: [DIMERouter]

    /// Builds it along `identity`, `guidance`, `reasoning` and `refinement`, each with its `router`.
    init(_ scope: ParameterScope, dimension: Int, paths: Int, sharpness: Double) throws(TorchError) {
        cells = try [
            DIMEIdentity(), DIMEGuidance(scope / "guidance", dimension: dimension),
            DIMEReasoning(scope / "reasoning", dimension: dimension),
            DIMERefinement(scope / "refinement", dimension: dimension, sharpness: sharpness),
        ]
        routers = try ["identity", "guidance", "reasoning", "refinement"].map { name throws(TorchError) in
            try DIMERouter(scope / name / "router", dimension: dimension, paths: paths)
        }
    }

    /// States `[contexts or 1, own, places, D]`, one a cell, to one a path, `[contexts, own, places, D]`, and the weights of
    /// the paths, `[contexts or 1, own, cells * paths]`: normalised over cells where there are several.
    func callAsFunction(
        _ states: [Tensor], _ rows: DIMERows, _ context: DIMEContext
    ) throws(TorchError) -> (states: [Tensor], paths: Tensor) {
        var (outputs, weights): ([Tensor], [Tensor]) = ([], [])
        for ((cell, router), state) in zip(zip(cells, routers), states) {
            outputs.append(try cell(state, rows, context))
            weights.append(try router(state, rows))
        }
        // [..., own, cells, paths]
        let open = try Tensor.stacked(weights, dimension: -2)
        return open.shape[3] == 1
            ? (try [last(outputs, states, open)], try open.squeezed(-1)) : try mixed(outputs, open)
    }

    private func mixed(_ outputs: [Tensor], _ open: Tensor) throws(TorchError) -> (states: [Tensor], paths: Tensor) {
        let sums = try open.sum(-2, keepingDimensions: true)
        let weights = try open / (sums + 1e-8)
        let skips = try sums.less(than: Self.closed).to(.float32).squeezed(-2)
        var states: [Tensor] = []
        for path in 0..<open.shape[3] {
            var state = try outputs[0] * Self.factor(skips.selected(-1, path))
            for (cell, output) in outputs.enumerated() {
                state = try state + output * Self.factor(weights.selected(-1, path).selected(-1, cell))
            }
            states.append(state)
        }
        let shape = open.shape
        return (states, try weights.reshaped([shape[0], shape[1], shape[2] * shape[3]]))
    }

    private func last(_ outputs: [Tensor], _ states: [Tensor], _ open: Tensor) throws(TorchError) -> Tensor {
        let weights = try open.squeezed(-1)
        let skips = try weights.less(than: Self.closed / Double(Self.cellCount)).to(.float32)
        let shares = try (weights + skips).sum(-1)
        var terms: [Tensor] = []
        for (cell, (output, state)) in zip(outputs, states).enumerated() {
            terms.append(
                try output * Self.factor(weights.selected(-1, cell)) + state * Self.factor(skips.selected(-1, cell)))
        }
        return try (terms[0] + terms[1] + terms[2] + terms[3]) / Self.factor(shares)
    }

    /// A number an item, `[..., own]`, for all its places and channels.
    private static func factor(_ numbers: Tensor) throws(TorchError) -> Tensor {
        try numbers.unsqueezed(-1).unsqueezed(-1)
    }
}

/// pi = relu(tanh(W_b relu(W_a mean_m x_m))) in [0, 1): how far each of a cell's paths is open. All begin open.
struct DIMERouter: Sendable {
    private let hidden, output: Linear

    /// Builds it along `hidden` and `output`.
    init(_ scope: ParameterScope, dimension: Int, paths: Int) throws(TorchError) {
        let width = 2 * dimension
        hidden = try Linear(scope / "hidden", from: dimension, to: width)
        let weights = scope / "output"
        output = Linear(
            weight: try weights.parameter(
                "weight", [paths, width], .uniform(1 / Double(width).squareRoot()), role: .matrix),
            bias: try weights.parameter("bias", [paths], .constant(1.5)))
    }

    /// `[..., own, places, D]` to `[..., own, paths]`.
    func callAsFunction(_ states: Tensor, _ rows: DIMERows) throws(TorchError) -> Tensor {
        try output(hidden(rows.mean(states)).relu()).tanh().relu()
    }
}
