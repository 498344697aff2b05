package import Torch

/// A gated recurrent unit of one layer (Cho et al., 2014, in PyTorch's form), over sequences that start from zeros:
///
///     r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)        z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
///     n = tanh(W_in x + b_in + r (W_hn h + b_hn))       h' = (1 - z) n + z h
package struct GRU: Sendable {
    /// Width of one direction's states.
    package let hidden: Int
    /// Whether a second unit reads backwards.
    package let isBidirectional: Bool
    let parameters: [Tensor]

    /// Parameters `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`, `bias_hh_l0` and, for the way back, the same with
    /// `_reverse`; fresh ones are uniform in +-1/sqrt(hidden), as in PyTorch.
    package init(
        _ scope: ParameterScope, from input: Int, to hidden: Int, isBidirectional: Bool
    ) throws(TorchError) {
        self.hidden = hidden
        self.isBidirectional = isBidirectional
        let initial = Initializer.uniform(1 / Double(hidden).squareRoot())
        var parameters: [Tensor] = []
        for way in isBidirectional ? ["", "_reverse"] : [""] {
            parameters.append(try scope.parameter("weight_ih_l0" + way, [3 * hidden, input], initial))
            parameters.append(try scope.parameter("weight_hh_l0" + way, [3 * hidden, hidden], initial))
            parameters.append(try scope.parameter("bias_ih_l0" + way, [3 * hidden], initial))
            parameters.append(try scope.parameter("bias_hh_l0" + way, [3 * hidden], initial))
        }
        self.parameters = parameters
    }

    /// Sequences one after the other, `[steps, in]`, to their states at every step: `[steps, hidden]`, or
    /// `[steps, 2 hidden]`, forward states first, when it is bidirectional. No step sees another sequence.
    package func callAsFunction(_ rows: Tensor, lengths: [Int]) throws(TorchError) -> Tensor {
        let packing = Packing(lengths)
        let states = try rows.indexSelect(Self.indices(packing.rows, rows.device))
            .packedGRU(batchSizes: packing.batchSizes, parameters: parameters)
        return try states.indexSelect(Self.indices(packing.places, rows.device))
    }

    private static func indices(_ values: [Int], _ device: Device) throws(TorchError) -> Tensor {
        try Tensor(values, shape: [values.count]).to(device: device)
    }
}

/// The order in which a recurrent unit reads sequences: step after step, the longest sequence first.
private struct Packing {
    /// The row that each place shows.
    var rows: [Int] = []
    /// The place of each row.
    var places: [Int]
    /// Sequences that have a first step, a second one, ...
    var batchSizes: [Int] = []

    init(_ lengths: [Int]) {
        var starts: [Int] = []
        var count = 0
        for length in lengths {
            starts.append(count)
            count += length
        }
        places = [Int](repeating: 0, count: count)
        let longestFirst = lengths.indices.sorted { (lengths[$1], $0) < (lengths[$0], $1) }
        for step in 0..<(lengths.max() ?? 0) {
            let reading = longestFirst.prefix { lengths[$0] > step }
            for sequence in reading {
                places[starts[sequence] + step] = rows.count
                rows.append(starts[sequence] + step)
            }
            batchSizes.append(reading.count)
        }
    }
}
