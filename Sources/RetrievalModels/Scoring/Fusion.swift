/// How AsCL makes one vector of the attended image and the image's own global feature, or no fusion at all
/// (docs/method.md, Cross-modal fusion).
package enum Fusion: String, Codable, Sendable, CaseIterable {
    /// Their sum.
    case sum
    /// A learned blend: t a + (1 - t) b with t = sigmoid(Linear([a; b])).
    case gated
    /// Ablation without cross-modal fusion: mean regions against mean words.
    case none
}
