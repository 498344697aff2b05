import Torch
import TorchNN

/// What COTS guesses of one side with the help of the other's vector f, which both streams then learn to make:
///
///     words    E_w P^T LN(gelu(W (h + V f^I))) + c
///     tokens   Linear_H->k( h + U f^T )
struct COTSHeads: Sendable {
    private let words: TermHead
    private let imageForWords: Linear
    private let tokens: (output: Linear, textForTokens: Linear)?

    /// Builds it along `mlm.*` and, where regions have tokens, `tokens.*`.
    init(_ scope: ParameterScope, _ configuration: StreamConfiguration) throws(TorchError) {
        let width = configuration.jointDimension
        words = try TermHead(scope / "mlm", configuration)
        imageForWords = try Linear(scope / "mlm" / "partner", from: width, to: width, bias: false)
        let scope = scope / "tokens"
        tokens =
            configuration.classes == 0
            ? nil
            : (
                try Linear(scope / "output", from: width, to: configuration.classes),
                try Linear(scope / "partner", from: width, to: width, bias: false)
            )
    }

    /// L_t of masked words.
    /// - Parameters:
    ///   - states: h^T `[texts, L, H]` of the texts with masks.
    ///   - images: f^I `[texts, D]`.
    func wordTerm(
        _ masking: WordMasking, _ states: Tensor, lengths: [Int], images: Tensor, _ table: JointWords
    ) throws(TorchError) -> TaskTerm {
        let helped = try states + imageForWords(images).unsqueezed(1)
        return TaskTerm("words", try words.entropy(masking, masking.states(helped, lengths: lengths), table))
    }

    /// L_v of masked regions; nil where regions have no tokens.
    /// - Parameters:
    ///   - states: h^I `[images, K, H]` of the images with masks.
    ///   - texts: f^T `[images, D]`.
    func regionTerm(
        _ masked: MaskedRegions, _ states: Tensor, texts: Tensor, _ dictionary: RegionDictionary?
    ) throws(TorchError) -> TaskTerm? {
        guard let tokens else { return nil }
        let helped = try states + tokens.textForTokens(texts).unsqueezed(1)
        let logits = try tokens.output(masked.states(helped)).to(.float32)
        return TaskTerm("tokens", try logits.crossEntropy(labels: masked.classes(dictionary)))
    }
}
