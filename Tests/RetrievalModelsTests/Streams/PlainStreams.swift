import Foundation

@testable import RetrievalModels

/// The equations of LexLIP and COTS in plain numbers, item by item.
struct PlainStreams {
    let p: FormulaParameters
    let configuration: StreamConfiguration

    /// What a text's stream reads words by where no gradient goes; nil is what there is.
    private var fixed: FormulaParameters?

    private var width: Int { configuration.jointDimension }

    init(p: FormulaParameters, configuration: StreamConfiguration) {
        (self.p, self.configuration) = (p, configuration)
    }

    /// The same with a text's stream that reads words by these parameters, whatever becomes of the own ones.
    func reading(by parameters: FormulaParameters) -> Self {
        var other = self
        other.fixed = parameters
        return other
    }

    /// t of tokens, by their rows of the table.
    private func words(_ rows: [Int], by p: FormulaParameters) -> [[Double]] {
        func at(_ name: String, _ row: Int, _ width: Int) -> [Double] {
            Array(p["text.embeddings.\(name).weight"][row * width..<(row + 1) * width])
        }
        return rows.enumerated().map { place, row in
            let word = at("word_embeddings", row, configuration.textDimension)
            let wide = configuration.textDimension == width ? word : p.layer("text.embeddings.projection", word)
            let standing = Plain.sum(at("position_embeddings", place, width), at("token_type_embeddings", 0, width))
            return norm("text.embeddings.LayerNorm", Plain.sum(wide, standing), by: p)
        }
    }

    /// h^T of tokens.
    func textStates(_ rows: [Int]) -> [[Double]] {
        let (layers, heads) =
            configuration.text.map { ($0.layers, $0.heads) } ?? (configuration.layers, configuration.heads)
        return (0..<layers).reduce(words(rows, by: fixed ?? p)) { layer("text.encoder.layer.\($1).", $0, heads: heads) }
    }

    /// h^I of e_0 and the regions, some of which are masked.
    func imageStates(_ image: FormulaImage, masked: Set<Int> = []) -> [[Double]] {
        let scope = "image.embeddings."
        let regions = image.regions.enumerated().map { region, features in
            let v = masked.contains(region) ? p[scope + "mask_embedding"] : features
            let box = image.boxes[region]
            let (w, h) = (box[2] - box[0], box[3] - box[1])
            let looks = norm(scope + "img_layer_norm", p.layer(scope + "img_linear", v))
            let place = norm(scope + "pos_layer_norm", p.layer(scope + "pos_linear", box + [w, h, w * h]))
            return norm(scope + "LayerNorm", Plain.sum(Plain.sum(looks, place), p[scope + "kind"]))
        }
        return (0..<configuration.layers).reduce([p[scope + "start"]] + regions) {
            layer("image.encoder.layer.\($1).", $0, heads: configuration.heads, normalizesFirst: true)
        }.map { norm("image.encoder.norm", $0) }
    }

    /// A head's logits of the word where a state is; by the words' table unless it has its own.
    func logits(_ head: String, _ state: [Double]) -> [Double] {
        let ready = norm(head + ".LayerNorm", Plain.gelu(p.layer(head + ".dense", state)))
        let own = p[head + ".table"]
        if !own.isEmpty {
            return p[head + ".bias"].indices.map { p[head + ".bias"][$0] + Plain.dot(at(head + ".table", $0), ready) }
        }
        let narrow = configuration.textDimension
        var back = ready
        if narrow != width {
            let weight = p["text.embeddings.projection.weight"]
            back = (0..<narrow).map { column in
                ready.indices.map { ready[$0] * weight[$0 * narrow + column] }.reduce(0, +)
            }
        }
        return p[head + ".bias"].indices.map {
            p[head + ".bias"][$0] + Plain.dot(at("text.embeddings.word_embeddings.weight", $0, narrow), back)
        }
    }

    /// max_j z_j.
    func largest(_ head: String, _ states: [[Double]]) -> [Double] {
        let all = states.map { logits(head, $0) }
        return all[0].indices.map { term in all.map { $0[term] }.max() ?? 0 }
    }

    /// LexLIP's x.
    func weights(_ largest: [Double]) -> [Double] { Plain.unit(largest.map { log(1 + max($0, 0)) }) }

    /// LexLIP's b, with E as it was.
    func bottleneck(_ largest: [Double], _ table: [[Double]]) -> [Double] {
        let shares = Plain.softmax(largest)
        return table[0].indices.map { column in zip(shares, table).map { $0 * $1[column] }.reduce(0, +) }
    }

    /// The decoder's states of tokens, the first of which is b.
    func decoded(_ rows: [Int], _ bottleneck: [Double]) -> [[Double]] {
        (0..<2).reduce([bottleneck] + words(rows, by: p).dropFirst()) {
            layer("decoder.layer.\($1).", $0, heads: configuration.text?.heads ?? 1)
        }
    }

    /// COTS's f^I and f^T.
    func vector(_ side: String, _ states: [[Double]]) -> [Double] {
        Plain.unit(p.layer(side + ".projection", states[0]))
    }

    /// S.
    func score(_ rows: [Int], _ image: FormulaImage) -> Double {
        configuration.method == .cots
            ? Plain.dot(vector("image", imageStates(image)), vector("text", textStates(rows)))
            : Plain.dot(
                weights(largest("image.head", imageStates(image))), weights(largest("text.head", textStates(rows))))
    }

    private func layer(
        _ name: String, _ states: [[Double]], heads: Int, normalizesFirst: Bool = false
    ) -> [[Double]] {
        let (first, second) = (name + "attention.output.LayerNorm", name + "output.LayerNorm")
        let seen = normalizesFirst ? states.map { norm(first, $0) } : states
        let size = width / heads
        let queries = seen.map { p.layer(name + "attention.self.query", $0) }
        let keys = seen.map { p.layer(name + "attention.self.key", $0) }
        let values = seen.map { p.layer(name + "attention.self.value", $0) }
        return states.indices.map { place in
            var attended: [Double] = []
            for head in 0..<heads {
                let own = head * size..<(head + 1) * size
                let shares = Plain.softmax(
                    keys.map { Plain.dot(Array(queries[place][own]), Array($0[own])) / Double(size).squareRoot() })
                attended += own.map { column in zip(shares, values).map { $0 * $1[column] }.reduce(0, +) }
            }
            let sum = Plain.sum(p.layer(name + "attention.output.dense", attended), states[place])
            let middle = normalizesFirst ? sum : norm(first, sum)
            let ready = normalizesFirst ? norm(second, middle) : middle
            let inner = Plain.gelu(p.layer(name + "intermediate.dense", ready))
            let whole = Plain.sum(p.layer(name + "output.dense", inner), middle)
            return normalizesFirst ? whole : norm(second, whole)
        }
    }

    private func norm(_ name: String, _ x: [Double], by parameters: FormulaParameters? = nil) -> [Double] {
        let p = parameters ?? p
        let mean = Plain.mean(x)
        let variance = Plain.mean(x.map { ($0 - mean) * ($0 - mean) })
        let (weight, bias) = (p[name + ".weight"], p[name + ".bias"])
        return x.indices.map { (x[$0] - mean) / (variance + 1e-12).squareRoot() * weight[$0] + bias[$0] }
    }

    private func at(_ name: String, _ row: Int, _ width: Int? = nil) -> [Double] {
        let width = width ?? self.width
        return Array(p[name][row * width..<(row + 1) * width])
    }
}

extension Plain {
    /// KL(p || q) + KL(q || p).
    static func divergence(_ p: Vector, _ q: Vector) -> Double {
        var sum = 0.0
        for (p, q) in zip(p, q) { sum += (p - q) * log(p / q) }
        return sum
    }
}
