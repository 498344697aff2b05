package import Torch

/// The sizes of a stack of transformer layers, and what they compute.
package struct TransformerConfiguration: Sendable, Equatable {
    /// Where a layer normalises.
    package enum Norm: Sendable {
        /// The input of each of its two halves (Xiong et al. 2020): CLIP, SigLIP.
        case before
        /// What each half was added to (Vaswani et al. 2017): BERT.
        case after
    }

    /// Values of every state.
    package var width: Int
    /// Layers one after the other.
    package var layerCount: Int
    /// Parts of a state that attend by themselves; a divisor of the width.
    package var headCount: Int
    /// Values between the two products of a layer's second half.
    package var innerWidth: Int
    /// What acts on them.
    package var activation: Activation
    /// Where it normalises.
    package var norm: Norm
    /// Is added to variances.
    package var epsilon: Double
    /// The probability of dropout, when training, of what is added to states, and of attention weights.
    package var hiddenDropout = 0.0
    /// Of attention weights.
    package var attentionDropout = 0.0

    /// Makes a configuration without dropout.
    package init(
        width: Int, layerCount: Int, headCount: Int, innerWidth: Int, activation: Activation, norm: Norm,
        epsilon: Double
    ) {
        self.width = width
        self.layerCount = layerCount
        self.headCount = headCount
        self.innerWidth = innerWidth
        self.activation = activation
        self.norm = norm
        self.epsilon = epsilon
    }
}

/// What a family of models calls the parts of a layer, from the layer's scope down.
package struct TransformerNames: Sendable {
    let query, key, value, attentionOutput, attentionNorm, inner, output, outputNorm: String

    /// Hugging Face's `BertModel`.
    package static let bert = TransformerNames(
        query: "attention.self.query", key: "attention.self.key", value: "attention.self.value",
        attentionOutput: "attention.output.dense", attentionNorm: "attention.output.LayerNorm",
        inner: "intermediate.dense", output: "output.dense", outputNorm: "output.LayerNorm")

    /// Hugging Face's `CLIPModel` and `SiglipModel`.
    package static let clip = TransformerNames(
        query: "self_attn.q_proj", key: "self_attn.k_proj", value: "self_attn.v_proj",
        attentionOutput: "self_attn.out_proj", attentionNorm: "layer_norm1", inner: "mlp.fc1", output: "mlp.fc2",
        outputNorm: "layer_norm2")
}
