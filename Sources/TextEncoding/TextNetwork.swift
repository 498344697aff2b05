package import Torch
package import TorchNN

/// What a text encoder computes with: from tokens to a state each.
package protocol TextNetwork: Sendable {
    /// B, the width of the states.
    var width: Int { get }
    /// The most tokens of a text that it has positions for.
    var positionCount: Int { get }
    /// Rows of the token table.
    var vocabularySize: Int { get }
    /// Which of a text's tokens are special.
    var specialTokens: SpecialTokenCounts { get }

    /// Input embeddings, before positions are added: int64 `[tokens]` to `[tokens, B]`.
    func embed(_ ids: Tensor) throws(TorchError) -> Tensor

    /// States `[tokens, B]` of several texts' input embeddings.
    /// - Parameter training: Whether dropout acts.
    func encode(embedded texts: TextBatch, training: Bool) throws(TorchError) -> TextBatch

    /// Another of the same shape, of the parameters that `scope` gives.
    func rebuilt(_ scope: ParameterScope) throws(TorchError) -> Self
}

/// How many of a text's tokens are special: what noise never touches.
package struct SpecialTokenCounts: Sendable, Equatable {
    let leading, trailing: Int

    /// One before the text and one behind it: BERT's and CLIP's.
    package static let oneEachSide = SpecialTokenCounts(leading: 1, trailing: 1)
    /// The end, and the padding that stands for all of it: SigLIP's.
    static let endAndPadding = SpecialTokenCounts(leading: 0, trailing: 2)

    /// The words among so many tokens.
    package func words(of tokenCount: Int) -> Range<Int> { leading..<max(tokenCount - trailing, leading) }
}

extension BERT: TextNetwork {
    package var width: Int { configuration.hiddenSize }
    package var positionCount: Int { configuration.positionCount }
    package var specialTokens: SpecialTokenCounts { .oneEachSide }

    package func encode(embedded texts: TextBatch, training: Bool) throws(TorchError) -> TextBatch {
        let padded = try texts.padded()
        let isFull = Set(texts.lengths).count == 1
        let hidden = try self(
            embeddings: padded.rows, mask: isFull ? nil : padded.isPadding.not(), training: training)
        return try TextBatch(padded: hidden, lengths: texts.lengths)
    }

    package func rebuilt(_ scope: ParameterScope) throws(TorchError) -> BERT { try BERT(scope, configuration) }
}

/// The text tower of a CLIP or a SigLIP as a text encoder: a state for every token.
struct TowerNetwork: TextNetwork {
    let tower: TextTower
    /// Whether padding goes before a text.
    let padsLeft: Bool

    var width: Int { tower.width }
    var positionCount: Int { tower.configuration.positionCount }
    var vocabularySize: Int { tower.configuration.vocabularySize }
    var specialTokens: SpecialTokenCounts {
        tower.configuration.family == .clip || padsLeft ? .oneEachSide : .endAndPadding
    }

    func embed(_ ids: Tensor) throws(TorchError) -> Tensor { try tower.embed(ids) }

    /// A CLIP's state sees no later token, so padding changes nothing. A SigLIP's text fills every place: the padding, one
    /// token of the text, is repeated. Of its states the last stays, which stands for the whole text.
    func encode(embedded texts: TextBatch, training: Bool) throws(TorchError) -> TextBatch {
        guard tower.configuration.family == .siglip else {
            let states = try tower.states(embedded: texts.padded().rows, training: training)
            return try TextBatch(padded: states, lengths: texts.lengths)
        }
        let places = positionCount
        guard texts.lengths.allSatisfy({ $0 <= places }) else {
            throw TorchError(
                operation: "TextTower(\(texts.lengths.max() ?? 0) tokens)", reason: "expected at most \(places)")
        }
        var (rows, kept): ([Int], [Int]) = ([], [])
        for (text, (start, length)) in zip(texts.offsets, texts.lengths).enumerated() {
            let missing = places - length
            rows += (0..<places).map { start + (padsLeft ? max(0, $0 - missing) : min($0, length - 1)) }
            kept += (0..<length).map { text * places + $0 + (padsLeft || $0 == length - 1 ? missing : 0) }
        }
        func chosen(_ indices: [Int], of states: Tensor) throws(TorchError) -> Tensor {
            try states.indexSelect(Tensor(indices, shape: [indices.count]).to(device: states.device))
        }
        let full = try chosen(rows, of: texts.rows).reshaped([texts.lengths.count, places, width])
        let states = try tower.states(embedded: full, training: training).reshaped([-1, width])
        return try TextBatch(rows: chosen(kept, of: states), lengths: texts.lengths)
    }

    func rebuilt(_ scope: ParameterScope) throws(TorchError) -> TowerNetwork {
        TowerNetwork(tower: try TextTower(scope, tower.configuration), padsLeft: padsLeft)
    }
}
