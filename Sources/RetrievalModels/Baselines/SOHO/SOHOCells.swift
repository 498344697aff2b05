import AsCLBase
import Foundation
import Torch
import TorchNN

/// The cells of a picture as SOHO reads them: x, what a linear map of the backbone's features and batch normalisation make of
/// a cell; the entry d_a of a dictionary that is nearest to it; and both mixed by a gate,
///
///     a = argmin_j |x - d_j|^2,   e = L( x + sg(d_a - x) ),   (p, q) = softmax(BN(G [e; x])),   f = p e + q x
///     token = LN( f + s ),   s by sines and cosines of the cell's row and column
///
/// sg lets no gradient through: e is made of the entry, and x learns as if e were L(x). While the model learns, entries move
/// towards what is nearest to them, after a is chosen and before e is made.
struct SOHOCells: Sendable {
    private let features, line, gate: Linear
    private let featureNorm, gateNorm: BatchNorm
    private let norm: LayerNorm
    private let mask: Tensor
    private let normalizes: Bool
    let dictionary: RegionDictionary

    /// Builds it along `features`, `feature_norm`, `line`, `gate`, `gate_norm`, `LayerNorm` and `mask_embedding`, and the
    /// dictionary along its own scope. What goes into batch normalisation has no bias, which would not outlast it.
    init(
        _ scope: ParameterScope, dictionary: ParameterScope, _ configuration: SOHOConfiguration
    ) throws(TorchError) {
        let width = configuration.jointDimension
        features = try Linear(scope / "features", from: configuration.regionDimension, to: width, bias: false)
        featureNorm = try BatchNorm(scope / "feature_norm", width: width)
        line = try Linear(scope / "line", from: width, to: width)
        gate = try Linear(scope / "gate", from: 2 * width, to: 2, bias: false)
        gateNorm = try BatchNorm(scope / "gate_norm", width: 2)
        // Adds 1e-5 to variances, as the authors' program does here and not in its layers.
        norm = try LayerNorm(scope / "LayerNorm", width: width)
        mask = try scope.parameter("mask_embedding", [width], .normal(0.02))
        normalizes = configuration.shape.normalizeFeatures
        self.dictionary = try RegionDictionary(
            dictionary, count: configuration.dictionary, width: width, moves: true)
    }

    /// Cells of several images, image after image.
    struct Cells {
        /// f `[images * K, H]`.
        let mixed: Tensor
        /// a `[images * K]`, by the dictionary as it was before.
        let tokens: Tensor
        /// K.
        let count: Int
    }

    /// f and a of images.
    /// - Parameter decay: How much of its average the dictionary keeps; nil where nothing learns: then it stays, and running
    ///   statistics serve.
    func callAsFunction(_ images: ImageBatch, decay: Double?) throws(TorchError) -> Cells {
        let raw = try normalizes ? images.regions.normalized(-1) : images.regions
        let isTraining = decay != nil
        let rows = try features(raw.reshaped([-1, raw.shape[2]])).to(.float32)
        let x = try featureNorm(rows, isTraining: isTraining)
        let tokens = try dictionary.nearest(x)
        if let decay { try dictionary.update(x, tokens: tokens, decay: decay) }
        let entries = try dictionary.vectors.indexSelect(tokens)
        let e = try line(x + (entries - x).detached()).to(.float32)
        let maps = try gateNorm(gate(.concatenated([e, x], dimension: 1)).to(.float32), isTraining: isTraining)
        let shares = try maps.softmax(1)
        let mixed = try shares.sliced(1, 0..<1) * e + shares.sliced(1, 1..<2) * x
        return Cells(mixed: mixed, tokens: tokens, count: raw.shape[1])
    }

    /// Visual tokens `[images, K, H]`, those at some places of `[images * K]` masked.
    func visualTokens(_ cells: Cells, masking places: [Int] = []) throws(TorchError) -> Tensor {
        let width = cells.mixed.shape[1]
        var rows = cells.mixed
        if !places.isEmpty {
            let indices = try Tensor(places, shape: [places.count]).to(device: rows.device)
            rows = try rows.replacing(indices, with: mask.unsqueezed(0).expanded([places.count, width]))
        }
        let side = Int(Double(cells.count).squareRoot())
        let signs = try Tensor(Self.places(side: side, width: width), shape: [cells.count, width])
        return try norm(rows.reshaped([-1, cells.count, width]) + signs.to(device: rows.device))
    }

    /// Logits `[places, k]` of the entry that a masked cell is nearest to, of states `[places, H]`: cosines over a temperature.
    func logits(_ states: Tensor, temperature: Double) throws(TorchError) -> Tensor {
        try states.to(.float32).normalized(-1).matmul(dictionary.vectors.normalized(-1).transposed()) / temperature
    }

    /// s of a grid's cells, row by row: half of the values tell the row, the others the column. The r-th of g is an angle
    /// of 2 pi r / g, r from 1; value i is the angle over 10000^(2 floor(i / 2) / (H / 2)), its sine where i is even,
    /// else its cosine.
    static func places(side: Int, width: Int) -> [Float] {
        let half = width / 2
        func values(_ place: Int) -> [Float] {
            let angle = Double(place + 1) / Double(side) * 2 * .pi
            return (0..<half).map { index in
                let turned = angle / pow(10_000, Double(2 * (index / 2)) / Double(half))
                return Float(index % 2 == 0 ? sin(turned) : cos(turned))
            }
        }
        let all = (0..<side).map(values)
        return (0..<side).flatMap { row in (0..<side).flatMap { column in all[row] + all[column] } }
    }

    /// The cells that are masked: an image is with a chance, one at least of them all; one of its cells is drawn, and every
    /// cell of that image with the same token goes with it, since a neighbour would tell it.
    /// - Parameter tokens: Of `images * count` cells.
    static func masked(
        _ tokens: [Int], count: Int, chance: Double, _ generator: inout SeededGenerator
    ) -> [Int] {
        let images = tokens.count / count
        var chosen: [Int] = []
        for image in 0..<images where generator.uniform() < chance { chosen.append(image) }
        if chosen.isEmpty { chosen = [generator.below(images)] }
        return chosen.flatMap { image in
            let own = image * count..<(image + 1) * count
            let drawn = tokens[own.lowerBound + generator.below(count)]
            return own.filter { tokens[$0] == drawn }
        }
    }
}
