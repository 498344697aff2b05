package import RetrievalData

// How many multiply-adds the matrix products of one pair take, beyond what is made once of each item, counted from the shapes in
// which they are computed. A multiply-add is two FLOPs.

extension RetrievalModel {
    /// Of a split's pairs the mean; nil where the method's are not counted.
    package func multiplyAddsOfPair(in split: RetrievalSplit) throws -> Double? {
        var captions: [Int: Int] = [:]
        for text in try tokenize(split.captions) { captions[text.ids.count, default: 0] += 1 }
        var sum = 0.0
        for (words, count) in captions {
            guard let one = configuration.multiplyAdds(regions: split.regionCount, words: words) else { return nil }
            sum += one * Double(count)
        }
        return sum / Double(max(split.captions.count, 1))
    }
}

extension AsCLConfiguration {
    /// Each way: logits and numerators, the quadratic forms of weights over all heads, and the mean weights' product with the
    /// table of values; then the gate and the global cosine.
    package func multiplyAdds(regions: Int, words: Int) -> Double? {
        let (k, l, d, h) = (Double(regions), Double(words), Double(jointDimension), Double(heads))
        func way(_ own: Double, _ other: Double) -> Double {
            2 * own * other * d + own * (h * other) * (h * other) + h * other * d
        }
        switch fusion {
        case .none: return 2 * d
        case .sum: return way(k, l) + way(l, k) + d
        case .gated: return way(k, l) + way(l, k) + d * d + d
        }
    }
}

extension BaselineConfiguration {
    /// By its method and direction.
    package func multiplyAdds(regions: Int, words: Int) -> Double? {
        let (k, l, d) = (Double(regions), Double(words), Double(jointDimension))
        /// Of both ways, or of one: how many places attend, and to how many.
        func ways(_ way: (_ own: Double, _ other: Double) -> Double) -> Double {
            (direction == .imageToText ? 0 : way(l, k)) + (direction == .textToImage ? 0 : way(k, l))
        }
        switch method {
        case .vse, .dsran, .dualEncoder: return d
        case .lexicon: return Double(lexicon?.count ?? vocabularySize)
        // Cosines, and the quadratic forms of weights.
        case .scan: return ways { own, other in own * other * d + own * other * other }
        // Three steps of both, between them what contexts and the second step's queries give the memory.
        case .imram:
            return ways { own, other in
                3 * (own * other * d + own * other * other) + 2 * own * other * 2 * d + own * d * 2 * d
            }
        // The part of images is refined where images ask: m places of its own and n of the other's.
        case .dime:
            return ways { m, n in
                let refinement = 2 * m * n * d + 4 * m * d * d
                // Guidance, reasoning (attention and a layer of two), refinement: of the first layer only this is the pair's.
                let cells = m * d * d + 3 * m * d * d + 2 * m * m * d + 4 * m * d * d + refinement
                let routers = [4.0, 1].map { paths in 4 * (2 * d * d + 2 * d * paths) }.reduce(0, +)
                return refinement + 2 * cells + routers + d
            }
        default: return nil
        }
    }
}

extension JointConfiguration {
    /// LightningDOT's product of two vectors; else all layers over words and regions, the last of them for the first place alone.
    package func multiplyAdds(regions: Int, words: Int) -> Double? {
        let (t, h) = (Double(regions + words), Double(jointDimension))
        guard method.isUNITER else { return h }
        return shape.multiplyAdds(places: t) + h * h + h
    }
}

extension LayeredShape {
    /// Of all layers, the last of which is looked at in one place alone.
    fileprivate func multiplyAdds(places t: Double) -> Double {
        let (h, n) = (Double(jointDimension), Double(layers))
        // Queries, keys, values and the layer behind them; logits and sums; the two layers of the inner width.
        let layer = 4 * t * h * h + 2 * t * t * h + 8 * t * h * h
        let last = 2 * t * h * h + 2 * h * h + 2 * t * h + 8 * h * h
        return (n - 1) * layer + last
    }
}

extension SOHOConfiguration {
    /// All layers over words and cells, the last of them for the first place alone, and two logits.
    package func multiplyAdds(regions: Int, words: Int) -> Double? {
        shape.multiplyAdds(places: Double(regions + words)) + 2 * Double(jointDimension)
    }
}

extension StreamConfiguration {
    /// The product of two vectors, LexLIP's of all terms.
    package func multiplyAdds(regions: Int, words: Int) -> Double? {
        Double(method == .lexlip ? vocabulary.count : jointDimension)
    }
}

extension ViSTAConfiguration {
    /// The product of two vectors.
    package func multiplyAdds(regions: Int, words: Int) -> Double? { Double(vectorDimension) }
}

extension PretrainedConfiguration {
    /// The product of two vectors.
    package func multiplyAdds(regions: Int, words: Int) -> Double? { Double(globalDimension) }
}

extension MixedConfiguration {
    /// Those of both parts.
    package func multiplyAdds(regions: Int, words: Int) -> Double? {
        let other = pair.shape.multiplyAdds(regions: regions, words: words)
        return ascl.multiplyAdds(regions: regions, words: words).flatMap { own in other.map { own + $0 } }
    }
}
