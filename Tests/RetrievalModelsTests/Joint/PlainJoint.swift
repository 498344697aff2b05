import Foundation

@testable import RetrievalModels

/// The equations of UNITER and LightningDOT in plain numbers, pair by pair.
struct PlainJoint {
    let p: FormulaParameters
    let shape: LayeredShape
    /// Whether words and regions go through the same layers, else each side through its own.
    let isOne: Bool

    private var width: Int { shape.jointDimension }
    private var ofWords: String { isOne ? "joint.embeddings." : "text.embeddings." }
    private var ofRegions: String { isOne ? "joint.image." : "image.embeddings." }

    /// t of tokens, by their rows of the table.
    func words(_ rows: [Int]) -> [[Double]] {
        rows.enumerated().map { place, row in
            norm(
                ofWords + "LayerNorm",
                word(row) + at(ofWords + "position_embeddings.weight", place)
                    + at(ofWords + "token_type_embeddings.weight", 0))
        }
    }

    /// e of regions, some of which are masked.
    private func regions(_ image: FormulaImage, _ masked: Set<Int>) -> [[Double]] {
        let kind = isOne ? at(ofWords + "token_type_embeddings.weight", 1) : p[ofRegions + "kind"]
        return image.regions.enumerated().map { region, features in
            let v = masked.contains(region) ? p[ofRegions + "mask_embedding"] : features
            let box = image.boxes[region]
            let (w, h) = (box[2] - box[0], box[3] - box[1])
            let looks = norm(ofRegions + "img_layer_norm", p.layer(ofRegions + "img_linear", v))
            let edges: [[Double]] = [box, [w, h, w * h]]
            let place = norm(ofRegions + "pos_layer_norm", p.layer(ofRegions + "pos_linear", edges.flatMap(\.self)))
            return norm(ofRegions + "LayerNorm", looks + place + kind)
        }
    }

    func layers(_ name: String, _ states: [[Double]]) -> [[Double]] {
        (0..<shape.layers).reduce(states) { layer("\(name)encoder.layer.\($1).", $0) }
    }

    /// UNITER's states of a pair's tokens, by their rows of the table, and regions.
    func states(rows: [Int], _ image: FormulaImage, masked: Set<Int> = []) -> (words: [[Double]], regions: [[Double]]) {
        let states = layers("joint.", [words(rows), regions(image, masked)].flatMap(\.self))
        return (Array(states[..<rows.count]), Array(states[rows.count...]))
    }

    /// UNITER's belief that a pair does not match, and that it does.
    func match(_ words: [[Double]]) -> [Double] {
        p.layer("heads.match", p.layer("joint.pooler.dense", words[0]).map(tanh))
    }

    /// States of tokens that meet no image; LightningDOT's never do.
    func textStates(rows: [Int]) -> [[Double]] { layers(isOne ? "joint." : "text.", words(rows)) }

    /// LightningDOT's states of what goes before the regions, and of the regions.
    func imageStates(_ image: FormulaImage, masked: Set<Int> = []) -> [[Double]] {
        let start = norm("image.embeddings.start_norm", p["image.embeddings.start"])
        return layers("image.", [[start], regions(image, masked)].flatMap(\.self))
    }

    /// A tower's vector.
    private func vector(_ name: String, _ states: [[Double]]) -> [Double] {
        let inner = Plain.gelu(p.layer(name + "projection.inner", states[0]))
        return p.layer(name + "projection.output", norm(name + "projection.LayerNorm", inner))
    }

    /// S.
    func score(rows: [Int], _ image: FormulaImage) -> Double {
        guard !isOne else { return match(states(rows: rows, image).words)[1] }
        return p["scale"][0]
            * Plain.dot(vector("image.", imageStates(image)), vector("text.", textStates(rows: rows)))
    }

    /// Logits of what word stands where a state is.
    func wordLogits(_ state: [Double], head: String = "heads.mlm") -> [Double] {
        let y = transformed(head, state)
        // Back through the layer that words come through.
        let narrow = shape.textDimension
        let back = backThrough(ofWords + "projection.weight", y, to: narrow)
        return p[head + ".bias"].enumerated().map { row, bias in
            bias + Plain.dot(at(ofWords + "word_embeddings.weight", row, narrow), back)
        }
    }

    /// Features of the region where a state is.
    func features(_ state: [Double]) -> [Double] {
        let y = transformed("heads.regression", state)
        return p["heads.regression.bias"]
            + backThrough(ofRegions + "img_linear.weight", y, to: shape.regionDimension)
    }

    /// Logits of the class of the region where a state is.
    func classLogits(_ state: [Double]) -> [Double] {
        p.layer("heads.classes.output", transformed("heads.classes", state))
    }

    /// W^T y.
    func backThrough(_ name: String, _ y: [Double], to count: Int) -> [Double] {
        let weight = p[name]
        var x = [Double](repeating: 0, count: count)
        for (row, value) in y.enumerated() {
            for column in 0..<count { x[column] += weight[row * count + column] * value }
        }
        return x
    }

    private func transformed(_ name: String, _ state: [Double]) -> [Double] {
        norm(name + ".LayerNorm", Plain.gelu(p.layer(name + ".dense", state)))
    }

    private func word(_ row: Int) -> [Double] {
        p.layer(
            ofWords + "projection", at(ofWords + "word_embeddings.weight", row, shape.textDimension))
    }

    private func layer(_ name: String, _ states: [[Double]]) -> [[Double]] {
        let size = width / shape.heads
        let queries = states.map { p.layer(name + "attention.self.query", $0) }
        let keys = states.map { p.layer(name + "attention.self.key", $0) }
        let values = states.map { p.layer(name + "attention.self.value", $0) }
        return states.indices.map { place in
            var attended: [Double] = []
            for head in 0..<shape.heads {
                let own = head * size..<(head + 1) * size
                let weights = Plain.softmax(
                    keys.map { Plain.dot(Array(queries[place][own]), Array($0[own])) / Double(size).squareRoot() })
                attended += own.map { column in zip(weights, values).map { $0 * $1[column] }.reduce(0, +) }
            }
            let middle = norm(
                name + "attention.output.LayerNorm",
                p.layer(name + "attention.output.dense", attended) + states[place])
            let inner = Plain.gelu(p.layer(name + "intermediate.dense", middle))
            return norm(name + "output.LayerNorm", p.layer(name + "output.dense", inner) + middle)
        }
    }

    func norm(_ name: String, _ x: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(x.count)
        let (weight, bias) = (p[name + ".weight"], p[name + ".bias"])
        return x.indices.map { (x[$0] - mean) / (variance + 1e-12).squareRoot() * weight[$0] + bias[$0] }
    }

    func at(_ name: String, _ row: Int, _ width: Int? = nil) -> [Double] {
        let width = width ?? self.width
        return Array(p[name][row * width..<(row + 1) * width])
    }
}

/// Element by element.
private func + (a: [Double], b: [Double]) -> [Double] { zip(a, b).map { $0.0 + $0.1 } }

extension Plain {
    /// The plan of `Transport`, regions by rows, of a cost by words.
    static func plan(_ cost: [[Double]]) -> [[Double]] {
        let (words, regions) = (cost.count, cost[0].count)
        let likeness = (0..<regions).map { k in (0..<words).map { exp(-cost[$0][k] / 0.5) } }
        var plan = likeness.map { $0.map { _ in 1.0 } }
        var sigma = [Double](repeating: 1 / Double(words), count: words)
        for _ in 0..<50 {
            let mass = (0..<regions).map { k in (0..<words).map { likeness[k][$0] * plan[k][$0] } }
            let delta = mass.map { 1 / (Double(regions) * dot($0, sigma)) }
            sigma = (0..<words).map { j in
                1 / (Double(words) * (0..<regions).map { mass[$0][j] * delta[$0] }.reduce(0, +))
            }
            plan = (0..<regions).map { k in (0..<words).map { delta[k] * mass[k][$0] * sigma[$0] } }
        }
        return plan
    }

    /// 1 - cosine, by words.
    static func cost(_ words: [Vector], _ regions: [Vector]) -> [[Double]] {
        words.map { word in regions.map { 1 - dot(unit(word), unit($0)) } }
    }
}
