import Torch
import TorchNN

/// What TAGS-DC learns of sentences that it has written itself: whether a word is the caption's own, and which that was.
struct RefillHeads: Sendable {
    /// That a word was replaced, and that it is the caption's.
    let discrimination: Linear
    let correction: WordHead
    /// One once they have begun as the heads of matching and of masked words.
    private let haveBegun: Tensor

    /// Builds them along `discrimination`, `correction` and `refills_begun`.
    init(_ scope: ParameterScope, _ configuration: JointConfiguration) throws(TorchError) {
        discrimination = try Linear(scope / "discrimination", from: configuration.jointDimension, to: 2)
        correction = try WordHead(scope / "correction", configuration)
        haveBegun = try scope.buffer("refills_begun", [], .zeros)
    }

    /// Takes up the values of heads that learned before, if it has not done so yet.
    func begin(as match: Linear, _ words: WordHead) throws(TorchError) {
        guard try haveBegun.item() == 0 else { return }
        try withoutGradients { () throws(TorchError) in
            try discrimination.copy(from: match)
            try correction.copy(from: words)
            try haveBegun.fill(1)
        }
    }
}
