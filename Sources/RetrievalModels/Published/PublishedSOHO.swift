import AsCLBase
import TextEncoding
import Torch

/// SOHO's weights as its authors publish them, pre-trained on captions (`soho_res18_fp16_40-9441cdd3.pth`). The backbone that
/// they were trained with is in the file, and not part of the model here.
enum PublishedSOHO {
    /// The table. BERT's names are the same on both sides.
    static func rules(_ vocabulary: CutVocabulary) -> [KeyRule] {
        let counts = KeyRule.Fate.left("how many batches were seen")
        let (bert, image) = ("language.bert.", "joint.image.")
        return [
            KeyRule("backbone.*", .left("it makes the features, which are read from files here")),
            KeyRule("neck.conv.conv.weight", .places(image + "features.weight")),
            KeyRule("neck.conv.bn.num_batches_tracked", counts),
            KeyRule("neck.conv.bn.*", image + "feature_norm.*"),
            KeyRule("neck.gate_fc.conv.weight", .places(image + "gate.weight")),
            KeyRule("neck.gate_fc.bn.num_batches_tracked", counts),
            KeyRule("neck.gate_fc.bn.*", image + "gate_norm.*"),
            KeyRule("neck.pos_line.*", image + "line.*"),
            KeyRule("neck.ln.*", image + "LayerNorm.*"),
            KeyRule("neck.mask_emb.weight", .only(image + "mask_embedding")),
            KeyRule("neck.vq.embed", "dictionary.vectors"),
            KeyRule("neck.vq.cluster_size", "dictionary.counts"),
            KeyRule("neck.vq.embed_avg", "dictionary.sums"),
            KeyRule("neck.vq.cluster_sum", .left("how often entries were met, which nothing reads")),
            KeyRule(
                bert + "embeddings.word_embeddings.weight",
                .rows(of: vocabulary, "joint.embeddings.word_embeddings.weight")),
            KeyRule(bert + "embeddings.*", "joint.embeddings.*"),
            KeyRule(bert + "encoder.*", "joint.encoder.*"),
            KeyRule("mask_l_fc.weight", .left("the table of words once more")),
            KeyRule("head.match_class.weight", "heads.match.weight"),
        ]
    }

    /// The sizes of a file's model; cosines with entries are over nothing, as in the paper.
    static func configuration(
        _ source: PublishedTensors, _ vocabulary: CutVocabulary
    ) throws(InputError) -> SOHOConfiguration {
        let words = try source.words("language.bert.embeddings.")
        let features = try source.tensor("neck.conv.conv.weight", dimensions: 4).shape[1]
        return SOHOConfiguration(
            jointDimension: words.width, layers: source.count(behind: "language.bert.encoder.layer."),
            heads: words.heads, regionDimension: features, globalDimension: features, textDimension: words.width,
            maxTokens: words.places, vocabulary: vocabulary,
            dictionary: try source.tensor("neck.vq.embed", dimensions: 2).shape[0], temperature: 1)
    }
}

extension KeyRule.Fate {
    /// Weights of a convolution that looks at one place, `[out, in, 1, 1]`, as a layer's.
    fileprivate static func places(_ ours: String) -> Self {
        .changed(ours, shape: "[outputs, inputs, 1, 1]") { weights throws(TorchError) in
            guard weights.shape.count == 4, weights.shape[2] == 1, weights.shape[3] == 1 else { return nil }
            return try weights.reshaped([weights.shape[0], weights.shape[1]])
        }
    }

    /// The row of a table that has but one.
    fileprivate static func only(_ ours: String) -> Self {
        .changed(ours, shape: "one row") { rows throws(TorchError) in
            rows.shape.count == 2 && rows.shape[0] == 1 ? try rows.selected(0, 0) : nil
        }
    }
}
