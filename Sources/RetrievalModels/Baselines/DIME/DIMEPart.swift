import TextEncoding
import Torch
import TorchNN

/// One of DIME's two models. One side's places X (regions, or words) are refined by the other side's places Y, layer by
/// layer, and what becomes of them meets Y's item whole:
///
///     Z = BatchNorm(X),   z = unit(mean_m Z_m + max_m Z_m),   S = z . y
struct DIMEPart: Sendable {
    /// Which side is refined.
    enum Direction {
        /// Regions, by words.
        case imageToText
        /// Words, by regions.
        case textToImage

        /// lambda of the refinement cells, as the authors' scripts have it.
        fileprivate var sharpness: Double { self == .imageToText ? 4 : 9 }
    }

    /// Images by themselves.
    struct Images: Sendable {
        /// Unit regions `[images, regions, D]` and unit global vectors `[images, D]`.
        let regions, summaries: Tensor
    }

    /// Texts by themselves.
    struct Texts: Sendable {
        /// Unit words, D wide.
        let words: TextBatch
        /// Unit sentence vectors, `[texts, D]`.
        let sentences: Tensor
    }

    /// What comes of images and texts.
    struct Interactions {
        /// `[images, texts]`.
        let scores: Tensor
        /// The weights of the paths taken, `[images, texts, 36]`.
        let paths: Tensor
    }

    private let direction: Direction
    private let region: FeatureProjection
    private let text: DIMETextEncoder
    /// Of images' global vectors, where texts are what is refined.
    private let summaryNorm: BatchNorm?
    private let layers: [DIMELayer]
    private let norm: BatchNorm
    private let pathCode: Linear

    private static let layerCount = 3
    private static let pathCodeWidth = 128

    /// Builds it along `image.*`, `text.*`, `layers.*`, `norm` and `path_code`.
    init(
        _ scope: ParameterScope, _ direction: Direction, _ configuration: BaselineConfiguration
    ) throws(TorchError) {
        let dimension = configuration.jointDimension
        self.direction = direction
        region = try .regions(scope, configuration)
        text = try DIMETextEncoder(scope / "text", configuration)
        summaryNorm = direction == .textToImage ? try BatchNorm(scope / "image" / "global_norm", width: dimension) : nil
        let paths = (0..<Self.layerCount).map { $0 + 1 < Self.layerCount ? DIMELayer.cellCount : 1 }
        layers = try paths.enumerated().map { place, paths throws(TorchError) in
            try DIMELayer(
                scope / "layers" / String(place), dimension: dimension, paths: paths, sharpness: direction.sharpness)
        }
        norm = try BatchNorm(scope / "norm", width: dimension)
        pathCode = try Linear(
            scope / "path_code", from: DIMELayer.cellCount * paths.reduce(0, +), to: Self.pathCodeWidth)
    }

    /// Raw features to unit regions, and the unit mean of regions before that (normalised over the batch first, where it is
    /// what a refined text meets).
    func scorable(_ images: ImageBatch, isTraining: Bool) throws(TorchError) -> Images {
        let joint = try region(images.regions).to(.float32)
        var summaries = try joint.mean(1)
        if let summaryNorm { summaries = try summaryNorm(summaries, isTraining: isTraining) }
        return try Images(regions: joint.normalized(-1), summaries: summaries.normalized(-1))
    }

    /// The text encoder's words to unit words and sentence vectors.
    func words(_ texts: TextBatch) throws(TorchError) -> Texts {
        let (words, sentences) = try text(texts)
        return Texts(words: words, sentences: sentences)
    }

    /// What the regulariser compares, `[items, 128]`, of paths `[images, texts, 36]`: a vector an image where images are
    /// refined, else a text.
    func pathCodes(_ paths: Tensor) throws(TorchError) -> Tensor {
        try pathCode(paths.mean(direction == .imageToText ? 1 : 0)).normalized(1)
    }

    /// All images with all texts, in pieces of about 256 MiB of temporaries on the CPU, 2 GiB elsewhere. In training, whose
    /// statistics are of all pairs, they are one piece.
    func interactions(_ images: Images, _ texts: Texts, isTraining: Bool) throws(TorchError) -> Interactions {
        let (count, regions, dimension) = (images.regions.shape[0], images.regions.shape[1], images.regions.shape[2])
        guard !isTraining else { return try piece(images, texts, isTraining: true) }
        let isCPU = images.regions.device == .cpu
        let groups = texts.words.groups(mostWords: isCPU ? 1 << 9 : 1 << 12)
        var (scores, paths): ([Tensor], [Tensor]) = ([], [])
        for group in groups.places {
            let places = try Tensor(group, shape: [group.count]).to(device: images.regions.device)
            let own = try Texts(words: texts.words.selecting(group), sentences: texts.sentences.indexSelect(places))
            // Four cells' rows, and about three tensors of the same size in the making of each.
            let rows = group.count * max(regions, own.words.lengths.max() ?? 1)
            let atOnce = max((isCPU ? 1 << 26 : 1 << 29) / (16 * rows * dimension), 1)
            var (columns, ways): ([Tensor], [Tensor]) = ([], [])
            for start in stride(from: 0, to: count, by: atOnce) {
                let range = start..<min(start + atOnce, count)
                let part = try Images(
                    regions: images.regions.sliced(0, range), summaries: images.summaries.sliced(0, range))
                let piece = try piece(part, own, isTraining: false)
                columns.append(piece.scores)
                ways.append(piece.paths)
            }
            scores.append(try .concatenated(columns))
            paths.append(try .concatenated(ways))
        }
        return try Interactions(
            scores: groups.restored(scores, dimension: 1), paths: groups.restored(paths, dimension: 1))
    }

    private func piece(_ images: Images, _ texts: Texts, isTraining: Bool) throws(TorchError) -> Interactions {
        let words = try texts.words.padded()
        let padding = try words.isPadding
        switch direction {
        case .imageToText:
            let context = DIMEContext(vectors: words.rows, summaries: texts.sentences, padding: padding)
            let found = try refined(
                images.regions, DIMERows(share: nil, padding: nil), lengths: nil, by: context, isTraining)
            return try Interactions(scores: found.scores.transposed(), paths: found.paths.transposed(0, 1))
        case .textToImage:
            let context = DIMEContext(vectors: images.regions, summaries: images.summaries, padding: nil)
            return try refined(
                words.rows, DIMERows(share: words.share.unsqueezed(-1), padding: padding.unsqueezed(-1)),
                lengths: texts.words.lengths, by: context, isTraining)
        }
    }

    /// Scores `[contexts, own]` and paths `[contexts, own, 36]` of own places `[own, places, D]`.
    private func refined(
        _ own: Tensor, _ rows: DIMERows, lengths: [Int]?, by context: DIMEContext, _ isTraining: Bool
    ) throws(TorchError) -> Interactions {
        let (contexts, items, places) = (context.vectors.shape[0], own.shape[0], own.shape[1])
        let start = try own.unsqueezed(0)
        var states = [Tensor](repeating: start, count: DIMELayer.cellCount)
        var paths: [Tensor] = []
        for layer in layers {
            let step = try layer(states, rows, context)
            states = step.states
            paths.append(try step.paths.expanded([contexts, items, step.paths.shape[2]]))
        }
        let final = try normalized(states[0], lengths, isTraining).reshaped([contexts, items, places, -1])
        let vectors = try (rows.mean(final) + rows.maximum(final)).normalized(-1)
        return try Interactions(
            scores: (vectors * context.summaries.unsqueezed(1)).sum(-1), paths: .concatenated(paths, dimension: 2))
    }

    /// Batch normalisation of the rows that are there, `[contexts, own, places, D]` to `[contexts * own, places, D]`.
    private func normalized(_ states: Tensor, _ lengths: [Int]?, _ isTraining: Bool) throws(TorchError) -> Tensor {
        let shape = states.shape
        guard let lengths else {
            return try norm(states.reshaped([-1, shape[3]]), isTraining: isTraining)
        }
        let all = [[Int]](repeating: lengths, count: shape[0]).flatMap(\.self)
        let rows = try TextBatch(padded: states.reshaped([-1, shape[2], shape[3]]), lengths: all)
        return try rows.replacingRows(norm(rows.rows, isTraining: isTraining)).padded().rows
    }
}
