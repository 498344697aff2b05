package import TextEncoding
package import Torch
package import TorchNN

/// ViSTA (Cheng et al.: ViSTA: Vision and Scene Text Aggregation for Cross-Modal Retrieval, CVPR 2022): a vector of an image,
/// a vector of what is written in it joined with it, and a vector of a caption. Layers normalise before each half. The first
/// n - f of n layers see the picture alone, V = [cls; cells] + places. In the last f a fusion token F goes along, and what is
/// written, O, has layers of its own, which meet the picture through F alone. For i = 0 .. f - 1
///
///     [V_{i+1}; F^v] = layer_{n-f+i}([V_i; F_i]),   [F^o; O_{i+1}] = text layer_i([F_i; O_i]),   F_{i+1} = F^v + F^o
///     image = unit(P_v LN(V_f)_cls),   fused = unit(P_f (LN(F^v) + LN(F^o))),   text = unit(P_t words_1)
///
/// An image in which nothing is written has no text layers: F_{i+1} = F^v. Its score is image . text, that of one with text is
/// fused . text; the loss is of both vectors.
///
/// Where our protocol or a desk's data forces a change:
/// - A picture is the cells of a grid that a frozen backbone made, where the authors train it from patches.
/// - What is written goes through the captions' text encoder, frozen, where theirs has a BERT of its own.
/// - A place's vector is one, where the authors add one for the place and one for what stands there.
package struct ViSTA: PairScorer {
    /// Its shape.
    package let configuration: ViSTAConfiguration
    private let features, word, box, imageOutput, fusedOutput, textOutput: Linear
    /// `[1 + K, H]` and `[H]`.
    private let places, fusion: Tensor
    private let picture, scene: Transformer
    private let norm: LayerNorm
    private(set) var isTraining = false
    /// Which vector of an image is compared.
    private(set) var view = View.whole

    /// Is added to variances.
    static let epsilon = 1e-6

    /// What of an image is compared with texts.
    package enum View: String, Sendable, CaseIterable {
        /// The fused vector where anything is written in it, else the image's.
        case whole
        /// The image's.
        case image
        /// The fused one.
        case fused
    }

    /// Builds it along `image.*`, `scene.*`, `fusion.*` and `text.projection`.
    package init(_ scope: ParameterScope, _ configuration: ViSTAConfiguration) throws(TorchError) {
        self.configuration = configuration
        let (width, output) = (configuration.jointDimension, configuration.vectorDimension)
        let image = scope / "image"
        features = try Linear(image / "features", from: configuration.regionDimension, to: width)
        places = try image.parameter("places", [1 + configuration.regions, width], .normal(0.02))
        picture = try Transformer(
            image / "encoder" / "layer", configuration.transformer(layers: configuration.layers), names: .bert)
        norm = try LayerNorm(image / "norm", width: width, epsilon: Self.epsilon)
        imageOutput = try Linear(image / "projection", from: width, to: output, bias: false)
        let text = scope / "scene"
        word = try Linear(text / "words", from: configuration.textDimension, to: width)
        box = try Linear(text / "boxes", from: 4, to: width)
        scene = try Transformer(
            text / "encoder" / "layer", configuration.transformer(layers: configuration.fusionLayers), names: .bert)
        fusion = try (scope / "fusion").parameter("token", [width], .normal(0.02))
        fusedOutput = try Linear(scope / "fusion" / "projection", from: width, to: output, bias: false)
        textOutput = try Linear(
            scope / "text" / "projection", from: configuration.textDimension, to: output, bias: false)
    }

    /// Its shape.
    package var modelConfiguration: any ModelConfiguration { configuration }

    /// The same with dropout.
    package var whileTraining: ViSTA {
        var other = self
        other.isTraining = true
        return other
    }

    /// The same where another vector of an image is compared.
    package func seen(as view: View) -> ViSTA {
        var other = self
        other.view = view
        return other
    }

    /// Images' vectors.
    package struct Images: Sendable {
        /// `[images, D]`, of length one.
        let image, fused: Tensor
        /// The images in which anything is written.
        let withText: [Int]
    }

    /// Raw cells, and what is written, to both vectors.
    package func scorable(_ images: ImageBatch, in precision: Precision) throws(TorchError) -> Images {
        let raw = try configuration.normalizeFeatures ? images.regions.normalized(-1) : images.regions
        let (count, width) = (images.count, configuration.jointDimension)
        guard raw.shape[1] == configuration.regions else {
            throw TorchError(operation: "ViSTA(\(raw.shape))", reason: "expected \(configuration.regions) cells")
        }
        let start = try places.sliced(0, 0..<1).unsqueezed(0).expanded([count, 1, width])
        let cells = try features(raw) + places.sliced(0, 1..<1 + configuration.regions)
        let alone = configuration.layers - configuration.fusionLayers
        let all = configuration.regions + 1
        var seen = try picture(
            Tensor.concatenated([start, cells], dimension: 1), layers: 0..<alone, training: isTraining)
        var token = try fusion.expanded([count, 1, width])
        var text = try images.sceneTexts.map { texts throws(TorchError) in try SceneStream(texts, word, box) }
        var ofText: Tensor?
        for layer in 0..<configuration.fusionLayers {
            let states = try picture(
                Tensor.concatenated([seen, token], dimension: 1), layers: alone + layer..<alone + layer + 1,
                training: isTraining)
            // Both streams read the token as it was.
            ofText = try text?.advance(past: token, scene, layer, training: isTraining)
            seen = try states.sliced(1, 0..<all)
            token = try states.sliced(1, all..<all + 1)
            guard layer + 1 < configuration.fusionLayers else { break }
            if let ofText, let places = text?.images { token = try token.adding(ofText, at: places) }
        }
        var joined = try norm(token.to(.float32))
        if let ofText, let places = text?.images { joined = try joined.adding(norm(ofText.to(.float32)), at: places) }
        let own = try norm(seen.sliced(1, 0..<1).to(.float32))
        return Images(
            image: try imageOutput(own.squeezed(1)).to(.float32).normalized(-1),
            fused: try fusedOutput(joined.squeezed(1)).to(.float32).normalized(-1),
            withText: images.sceneTexts?.images ?? [])
    }

    /// Raw words `[words, B]` to the space of the vectors `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch {
        try texts.replacingRows(textOutput(texts.rows))
    }

    /// `[texts, D]` of length one: each text's first word.
    package func scorable(projected texts: TextBatch, in precision: Precision) throws(TorchError) -> Tensor {
        let first = Array(texts.offsets.dropLast())
        return try texts.rows.indexSelect(Tensor(first, shape: [first.count]).to(device: texts.rows.device))
            .to(.float32).normalized(-1)
    }

    /// S `[images, texts]`: the cosine.
    package func similarity(_ images: Images, _ texts: Tensor) throws(TorchError) -> Tensor {
        try compared(images).matmul(texts.transposed()).to(.float32)
    }

    /// `[images, D]`: what of images is compared.
    func compared(_ images: Images) throws(TorchError) -> Tensor {
        switch view {
        case .image: return images.image
        case .fused: return images.fused
        case .whole:
            guard !images.withText.isEmpty else { return images.image }
            let places = try Tensor(images.withText, shape: [images.withText.count]).to(device: images.image.device)
            return try images.image.replacing(places, with: images.fused.indexSelect(places))
        }
    }

    /// Both vectors learn: the image's of every pair, the fused one of pairs in whose image anything is written.
    package func learning(_ images: Images, _ texts: Tensor) throws(TorchError) -> LearningScores {
        func scores(_ vectors: Tensor) throws(TorchError) -> Tensor { try vectors.matmul(texts.transposed()) }
        let image = LearningScores.Part(scores: try scores(images.image), weight: configuration.imageWeight)
        guard !images.withText.isEmpty else { return LearningScores(parts: [image]) }
        return LearningScores(parts: [
            image,
            LearningScores.Part(
                scores: try scores(images.fused), weight: 1 - configuration.imageWeight, pairs: images.withText),
        ])
    }

    /// Vectors one batch after the other.
    package static func joined(_ batches: [Images]) throws(TorchError) -> Images {
        var (withText, count): ([Int], Int) = ([], 0)
        for batch in batches {
            withText += batch.withText.map { count + $0 }
            count += batch.image.shape[0]
        }
        return Images(
            image: try .concatenated(batches.map(\.image)), fused: try .concatenated(batches.map(\.fused)),
            withText: withText)
    }

    /// Two vectors in float32.
    package func scorableBytes(regions: Int, in precision: Precision) -> Int { 8 * configuration.vectorDimension }
}
