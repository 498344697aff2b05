import Foundation

@testable import RetrievalModels

/// The equations of ViSTA in plain numbers, image by image.
struct PlainViSTA {
    let p: FormulaParameters
    let configuration: ViSTAConfiguration

    private var width: Int { configuration.jointDimension }

    /// W x.
    private func product(_ name: String, _ x: [Double]) -> [Double] {
        let weight = p[name + ".weight"]
        return (0..<weight.count / x.count).map { row in
            Plain.dot(Array(weight[row * x.count..<(row + 1) * x.count]), x)
        }
    }

    private func norm(_ name: String, _ x: [Double]) -> [Double] {
        let mean = x.reduce(0, +) / Double(x.count)
        let variance = x.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(x.count)
        let (weight, bias) = (p[name + ".weight"], p[name + ".bias"])
        return x.indices.map { (x[$0] - mean) / (variance + 1e-6).squareRoot() * weight[$0] + bias[$0] }
    }

    /// A layer that normalises before each half.
    private func layer(_ name: String, _ states: [[Double]]) -> [[Double]] {
        let size = width / configuration.heads
        let seen = states.map { norm(name + "attention.output.LayerNorm", $0) }
        let queries = seen.map { p.layer(name + "attention.self.query", $0) }
        let keys = seen.map { p.layer(name + "attention.self.key", $0) }
        let values = seen.map { p.layer(name + "attention.self.value", $0) }
        return states.indices.map { place in
            var attended: [Double] = []
            for head in 0..<configuration.heads {
                let own = head * size..<(head + 1) * size
                let weights = Plain.softmax(
                    keys.map { Plain.dot(Array(queries[place][own]), Array($0[own])) / Double(size).squareRoot() })
                attended += own.map { column in zip(weights, values).map { $0 * $1[column] }.reduce(0, +) }
            }
            let middle = Plain.sum(states[place], p.layer(name + "attention.output.dense", attended))
            let inner = Plain.gelu(p.layer(name + "intermediate.dense", norm(name + "output.LayerNorm", middle)))
            return Plain.sum(middle, p.layer(name + "output.dense", inner))
        }
    }

    /// An image's own vector, and the fused one.
    func vectors(_ image: FormulaImage) -> (image: [Double], fused: [Double]) {
        let places = p["image.places"]
        func place(_ index: Int) -> [Double] { Array(places[index * width..<(index + 1) * width]) }
        var seen =
            [place(0)]
            + image.regions.enumerated().map { Plain.sum(p.layer("image.features", $1), place($0 + 1)) }
        var written = image.scene.map { Plain.sum(p.layer("scene.words", $0.word), p.layer("scene.boxes", $0.box)) }
        let alone = configuration.layers - configuration.fusionLayers
        for index in 0..<alone { seen = layer("image.encoder.layer.\(index).", seen) }
        var token = p["fusion.token"]
        var (ofPicture, ofText): ([Double], [Double]?) = ([], nil)
        for index in 0..<configuration.fusionLayers {
            let both = layer("image.encoder.layer.\(alone + index).", seen + [token])
            (seen, ofPicture) = (Array(both.dropLast()), both[both.count - 1])
            if !written.isEmpty {
                let text = layer("scene.encoder.layer.\(index).", [token] + written)
                (ofText, written) = (text[0], Array(text.dropFirst()))
            }
            token = ofText.map { Plain.sum(ofPicture, $0) } ?? ofPicture
        }
        let own = norm("image.norm", ofPicture)
        let fused = ofText.map { Plain.sum(own, norm("image.norm", $0)) } ?? own
        return (
            Plain.unit(product("image.projection", norm("image.norm", seen[0]))),
            Plain.unit(product("fusion.projection", fused))
        )
    }

    /// Of raw words.
    func text(_ words: [[Double]]) -> [Double] { Plain.unit(product("text.projection", words[0])) }
}
