package import TextEncoding
package import Torch
package import TorchNN

/// Images and texts as sparse weights over a vocabulary, in the manner of LexLIP (Luo et al., ICCV 2023): what an
/// `InvertedIndex` searches.
///
/// The weight of term t is `max_j log(1 + relu(E_t . h_j + b_t))` over an image's regions and global vector or a text's
/// words, `h_j` being the joint vector after a linear layer, gelu and LayerNorm of that side; each item's weights are then
/// scaled to length one. So S is a cosine, between 0 and 1, to which the temperatures of the other methods fit, where
/// LexLIP takes the bare product; and the penalty cannot be evaded by shrinking all weights at once.
///
/// Terms are the vocabulary's entries, or those of them that the configuration's `lexicon` names: a step costs
/// (regions + words) x D x terms products. E is learned from scratch, without LexLIP's pre-training on masked words, so
/// nothing ties a term to the meaning of its entry; the vocabulary gives the terms' number, not their names.
package struct LexiconEncoder: PairScorer {
    let inputs: BaselineInputs
    private let image, text: TermTransform
    /// E `[terms, D]` and b `[terms]`.
    private let lexicon: Linear

    /// Its `BaselineConfiguration`.
    package var modelConfiguration: any ModelConfiguration { inputs.configuration }

    /// Terms of an item's vector.
    package var termCount: Int { lexicon.weight.shape[0] }

    /// Builds it along `image.*`, `text.*` and `lexicon`.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        inputs = try BaselineInputs(scope, configuration)
        let joint = configuration.jointDimension
        image = try TermTransform(scope / "image" / "terms", dimension: joint)
        text = try TermTransform(scope / "text" / "terms", dimension: joint)
        lexicon = try Linear(
            scope / "lexicon", from: joint, to: configuration.lexicon?.count ?? configuration.vocabularySize)
    }

    /// The tokens that captions use, ascending, for a configuration's `lexicon`.
    /// - Parameter captions: Token ids, `[CLS]` first and `[SEP]` last, which are left out.
    package static func lexicon(of captions: [[Int32]]) -> [Int] {
        Set(captions.flatMap { $0.dropFirst().dropLast() }).map(Int.init).sorted()
    }

    /// Weights `[images, terms]` of length one, from raw features `[images, regions, R]` and `[images, G]`.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let joint = try inputs.project(images)
        let members = try Tensor.concatenated([joint.regions, joint.globals.unsqueezed(1)], dimension: 1)
        return try weights(lexicon(image(members)).maximum(1))
    }

    /// Raw words `[words, B]` (or tokens `[words, 1]`) to joint ones `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { try inputs.project(texts) }

    /// Weights `[texts, terms]` of length one, from joint words `[words, D]`.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        var largest: [Tensor] = []
        for words in try lexicon(text(texts.rows)).split(texts.lengths) { largest.append(try words.maximum(0)) }
        return try weights(.stacked(largest))
    }

    /// Of each term's largest logit `[items, terms]`; log(1 + relu) grows with it, so the largest may be taken first.
    private func weights(_ logits: Tensor) throws(TorchError) -> Tensor {
        try (logits.to(.float32).relu() + 1).log().normalized(1)
    }

    /// S `[images, texts]`: the products of weights, which are cosines.
    package func similarity(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        try images.matmul(texts.transposed()).to(.float32)
    }

    /// Sum over terms of the squared mean weight, of the images plus of the texts: in expectation the products that a
    /// search by an inverted index makes for a pair ("FLOPS", Paria et al., ICLR 2020), smooth in the weights.
    static func flops(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> Tensor {
        let (ofImages, ofTexts) = (try images.mean(0), try texts.mean(0))
        return try (ofImages * ofImages).sum() + (ofTexts * ofTexts).sum()
    }

    /// Scores, and beside them what a search of such weights costs.
    package func learning(_ images: Tensor, _ texts: Tensor) throws(TorchError) -> LearningScores {
        try LearningScores(scores: [similarity(images, texts)], sparsity: Self.flops(images, texts))
    }

    /// Weights one batch after the other.
    package static func joined(_ batches: [Tensor]) throws(TorchError) -> Tensor { try .concatenated(batches) }

    /// As many items as keep a block's logits, one a member and term, to about 256 MB, and no more than other methods take.
    package func blockSize(
        images: Int, texts: Int, regions: Int, words: Int, on device: Device, in precision: Precision
    ) -> (images: Int, texts: Int) {
        let members = (1 << 26) / max(termCount, 1)
        return (min(max(members / (regions + 1), 1), 128), min(max(members / max(words, 1), 1), 640))
    }
}

/// Joint vectors made ready to meet the lexicon: a linear layer, gelu and LayerNorm.
private struct TermTransform: Sendable {
    private let linear: Linear
    private let norm: LayerNorm

    init(_ scope: ParameterScope, dimension: Int) throws(TorchError) {
        linear = try Linear(scope / "linear", from: dimension, to: dimension)
        norm = try LayerNorm(scope / "norm", width: dimension)
    }

    func callAsFunction(_ joint: Tensor) throws(TorchError) -> Tensor { try norm(linear(joint).gelu()) }
}
