import PretrainedFolders

extension PretrainedNames {
    /// The names of `BERT`'s parameters. The oldest files have the layer norms' first names.
    static let bert = PretrainedNames(
        owner: "a BERT's", wrappers: ["bert.", "module."], parts: ["embeddings.", "encoder."],
        buffers: ["embeddings.position_ids", "embeddings.token_type_ids"]
    ) { name in
        if name.hasSuffix("LayerNorm.gamma") { return name.dropLast(5) + "weight" }
        if name.hasSuffix("LayerNorm.beta") { return name.dropLast(4) + "bias" }
        return String(name)
    }
}
