import Foundation

@testable import RetrievalModels

/// The equations of SOHO in plain numbers, pair by pair, as it is evaluated.
struct PlainSOHO {
    let p: FormulaParameters
    /// What stays where p moves, so that nothing flows through it: cells, as the dictionary's entries are chosen by them.
    let still: FormulaParameters
    let configuration: SOHOConfiguration

    private var joint: PlainJoint { PlainJoint(p: p, shape: configuration.shape, isOne: true) }
    private var width: Int { configuration.jointDimension }

    /// W x.
    private func product(_ p: FormulaParameters, _ name: String, _ x: [Double]) -> [Double] {
        let weight = p[name + ".weight"]
        return (0..<weight.count / x.count).map { row in
            Plain.dot(Array(weight[row * x.count..<(row + 1) * x.count]), x)
        }
    }

    /// By running statistics.
    private func batchNorm(_ p: FormulaParameters, _ name: String, _ x: [Double]) -> [Double] {
        let (mean, variance) = (p[name + ".running_mean"], p[name + ".running_var"])
        return x.indices.map {
            (x[$0] - mean[$0]) / (variance[$0] + 1e-5).squareRoot() * p[name + ".weight"][$0] + p[name + ".bias"][$0]
        }
    }

    private func cell(_ p: FormulaParameters, _ raw: [Double]) -> [Double] {
        batchNorm(p, "joint.image.feature_norm", product(p, "joint.image.features", raw))
    }

    private func entry(_ token: Int) -> [Double] {
        Array(still["dictionary.vectors"][token * width..<(token + 1) * width])
    }

    /// a of a raw cell.
    func token(_ raw: [Double]) -> Int {
        let x = cell(still, raw)
        let distances = (0..<configuration.dictionary).map { Plain.squares(x, entry($0)).reduce(0, +) }
        return distances.indices.min { distances[$0] < distances[$1] } ?? 0
    }

    /// f of a raw cell.
    func mixed(_ raw: [Double]) -> [Double] {
        let (x, held) = (cell(p, raw), cell(still, raw))
        let shift = zip(entry(token(raw)), held).map { $0 - $1 }
        let e = p.layer("joint.image.line", Plain.sum(x, shift))
        let shares = Plain.softmax(batchNorm(p, "joint.image.gate_norm", product(p, "joint.image.gate", e + x)))
        return x.indices.map { shares[0] * e[$0] + shares[1] * x[$0] }
    }

    /// What tells where cell k of g x g is.
    static func place(_ k: Int, side: Int, width: Int) -> [Double] {
        [k / side, k % side].flatMap { place in
            (0..<width / 2).map { index in
                let angle = Double(place + 1) / Double(side) * 2 * .pi
                let turned = angle / pow(10_000, Double(index - index % 2) / Double(width / 2))
                return index % 2 == 0 ? sin(turned) : cos(turned)
            }
        }
    }

    /// States of a pair's tokens, by their rows of the table, and cells.
    func states(rows: [Int], _ cells: [[Double]], masked: Set<Int> = []) -> (words: [[Double]], cells: [[Double]]) {
        let side = Int(Double(cells.count).squareRoot())
        let visual = cells.enumerated().map { k, raw in
            let f = masked.contains(k) ? p["joint.image.mask_embedding"] : mixed(raw)
            return joint.norm("joint.image.LayerNorm", Plain.sum(f, Self.place(k, side: side, width: width)))
        }
        let states = joint.layers("joint.", joint.words(rows) + visual)
        return (Array(states[..<rows.count]), Array(states[rows.count...]))
    }

    /// That a pair does not match, and that it does.
    func match(rows: [Int], _ cells: [[Double]]) -> [Double] {
        product(p, "heads.match", states(rows: rows, cells).words[0])
    }

    /// S.
    func score(rows: [Int], _ cells: [[Double]]) -> Double {
        let logits = match(rows: rows, cells)
        return logits[1] - logits[0]
    }

    /// Logits of what word stands where a state is.
    func wordLogits(_ state: [Double]) -> [Double] {
        let narrow = configuration.textDimension
        let back = joint.backThrough("joint.embeddings.projection.weight", state, to: narrow)
        return (0..<configuration.vocabulary.count).map {
            Plain.dot(joint.at("joint.embeddings.word_embeddings.weight", $0, narrow), back)
        }
    }

    /// Logits of what entry a masked cell is nearest to, of its state.
    func entryLogits(_ state: [Double]) -> [Double] {
        (0..<configuration.dictionary).map {
            Plain.dot(Plain.unit(state), Plain.unit(entry($0))) / configuration.temperature
        }
    }
}
