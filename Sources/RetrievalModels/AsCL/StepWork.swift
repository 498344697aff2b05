/// Multiply-adds of a training step, counted from the shapes of its matrix products. A multiply-add is two FLOPs.
package struct StepWork: Codable, Equatable, Sendable {
    /// Of what is computed, and of its gradient.
    package struct Part: Codable, Equatable, Sendable {
        package let forward, backward: Double
        package var sum: Double { forward + backward }
    }

    /// Features and words to joint vectors. Neither gets a gradient.
    package let projections: Part
    /// What is made of each item alone.
    package let tables: Part
    /// The scores of all pairs from tables, and the tables' gradients.
    package let pairs: Part

    package var sum: Double { projections.sum + tables.sum + pairs.sum }
}

extension AsCLConfiguration {
    /// Of a step in which every image meets every text, with sum fusion and as the fused kernel computes it.
    /// - Parameter lengths: Words of each text.
    package func stepWork(images: Int, regions: Int, lengths: [Int]) -> StepWork {
        let (i, k, d, h) = (Double(images), Double(regions), Double(jointDimension), Double(heads))
        let words = Double(lengths.reduce(0, +))
        let projections =
            d * (i * k * Double(regionDimension) + i * Double(globalDimension) + words * Double(textDimension))
        // Query, unit and key of a row, and its two products with what the output's weights make; these once a side; Gram
        // matrices; the global features.
        var tables = 5 * (i * k + words) * d * d + 4 * d * d * d + i * h * h * k * k * (d / h) + i * d * d
        var (scores, gradients) = (0.0, 0.0)
        for length in lengths {
            let n = Double(length)
            tables += h * h * n * n * (d / h)
            let products = k * n * d  // words x regions, over all heads
            let forms = h * h * k * n * (k + n)  // weights x Gram matrices, both ways
            let attended = h * (k + n) * d  // mean weights x values, both ways
            // Logits and numerators, both ways; of a Gram matrix a half.
            scores += i * (4 * products + forms / 2 + attended)
            // The same again and two products for each of the four; forms in whole and half of their matrices' gradients;
            // the attended vectors, their tables' gradients and those of the weights.
            gradients += i * (12 * products + 1.5 * forms + 3 * attended)
        }
        return StepWork(
            projections: .init(forward: projections, backward: projections),
            tables: .init(forward: tables, backward: 2 * tables), pairs: .init(forward: scores, backward: gradients))
    }
}
