package import Torch

/// Transformer layers one after the other.
package struct Transformer: Sendable {
    /// Its sizes and what it computes.
    package let configuration: TransformerConfiguration
    private let layers: [TransformerLayer]

    /// Parameters `0.*`, `1.*`, ... of `scope`, the parts of a layer called by `names`.
    /// - Parameter first: The number of the first layer, where others stand before it.
    package init(
        _ scope: ParameterScope, _ configuration: TransformerConfiguration, names: TransformerNames, from first: Int = 0
    ) throws(TorchError) {
        self.configuration = configuration
        var layers: [TransformerLayer] = []
        for index in 0..<configuration.layerCount {
            layers.append(try TransformerLayer(scope / "\(first + index)", configuration, names))
        }
        self.layers = layers
    }

    /// The last layer's states, `[batch, places, width]` for the same.
    /// - Parameter training: Whether dropout acts.
    package func callAsFunction(
        _ x: Tensor, mask: AttentionMask = .none, training: Bool = false
    ) throws(TorchError) -> Tensor {
        var x = x
        for layer in layers { x = try layer(x, mask: mask, training: training) }
        return x
    }

    /// The states after some of the layers, for those who do something between them.
    package func callAsFunction(
        _ x: Tensor, layers range: Range<Int>, mask: AttentionMask = .none, training: Bool = false
    ) throws(TorchError) -> Tensor {
        var x = x
        for layer in layers[range] { x = try layer(x, mask: mask, training: training) }
        return x
    }

    /// Of the last layer's states one of each item, `[batch, 1, width]`: that at `places`. Nothing else of the last layer
    /// is computed, which saves 10 / 12 of it.
    /// - Parameter places: One of each item.
    package func callAsFunction(
        _ x: Tensor, mask: AttentionMask = .none, at places: [Int], training: Bool = false
    ) throws(TorchError) -> Tensor {
        guard let last = layers.last else { return try x.rows(at: places) }
        var x = x
        for layer in layers.dropLast() { x = try layer(x, mask: mask, training: training) }
        return try last(x, from: x.rows(at: places), mask: mask.seen(from: places, of: x), training: training)
    }
}

/// Which places may be looked at.
package enum AttentionMask: Sendable {
    /// All of them.
    case none
    /// By each, itself and those before it.
    case causal
    /// Those where a bool `[batch, places]` is true.
    case keys(Tensor)
    /// By each, those where a bool `[batch, 1, looking places, places]` is true.
    case pairs(Tensor)

    /// As the mask is for one looking place of each item.
    fileprivate func seen(from places: [Int], of x: Tensor) throws(TorchError) -> AttentionMask {
        let count = x.shape[1]
        guard case .causal = self, places.contains(where: { $0 != count - 1 }) else {
            if case .causal = self { return .none }
            return self
        }
        let isSeen = places.flatMap { place in (0..<count).map { $0 <= place } }
        return .pairs(try Tensor(isSeen, shape: [places.count, 1, 1, count]).to(device: x.device))
    }
}

extension Tensor {
    /// One row of each item: `[batch, rows, width]` to `[batch, 1, width]`.
    package func rows(at places: [Int]) throws(TorchError) -> Tensor {
        if let first = places.first, places.allSatisfy({ $0 == first }) { return try sliced(1, first..<first + 1) }
        let (count, width) = (shape[1], shape[2])
        let indices = places.enumerated().map { $0 * count + $1 }
        return try reshaped([-1, width]).indexSelect(Tensor(indices, shape: [indices.count]).to(device: device))
            .reshaped([indices.count, 1, width])
    }
}
