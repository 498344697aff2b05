package import TextEncoding
package import Torch
package import TorchNN

/// The projections of baselines that read all there is: regions, the global vector and words to the joint dimension D.
package struct BaselineInputs: Sendable {
    /// The baseline's configuration.
    package let configuration: BaselineConfiguration
    let region, global: FeatureProjection
    let words: WordProjection

    /// Builds them along `image.region`, `image.global` and `text.*`.
    package init(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) {
        self.configuration = configuration
        region = try .regions(scope, configuration)
        global = try .globals(scope, configuration)
        words = try WordProjection(scope / "text", configuration)
    }

    /// Raw features `[images, regions, R]` and `[images, G]` to `[images, regions, D]` and `[images, D]`.
    package func project(_ images: ImageBatch) throws(TorchError) -> ImageBatch {
        try ImageBatch(regions: region(images.regions), globals: global(images.globals))
    }

    /// Raw words `[words, B]` (or tokens `[words, 1]`) to `[words, D]`.
    package func project(_ texts: TextBatch) throws(TorchError) -> TextBatch { try words(texts) }
}

/// Raw image features to joint ones, L2-normalised first where the configuration says so.
struct FeatureProjection: Sendable {
    let linear: Linear
    let normalizes: Bool

    /// Regions `[images, regions, R]` to `[images, regions, D]`, along `image.region`.
    static func regions(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) -> Self {
        try Self(scope / "image" / "region", from: configuration.regionDimension, configuration)
    }

    /// Global vectors `[images, G]` to `[images, D]`, along `image.global`.
    static func globals(_ scope: ParameterScope, _ configuration: BaselineConfiguration) throws(TorchError) -> Self {
        try Self(scope / "image" / "global", from: configuration.globalDimension, configuration)
    }

    /// Fresh as in the authors' programs: Xavier-uniform in VSE++, SCAN, IMRAM and DSRAN on GRU words. DIME's
    /// is so in its program too, and begins here as all else.
    private init(
        _ scope: ParameterScope, from width: Int, _ configuration: BaselineConfiguration
    ) throws(TorchError) {
        let isXavier =
            switch configuration.method {
            case .vse, .scan, .imram: true
            case .dsran: configuration.words == .gru
            case .ascl, .dime, .uniter, .uniterDG, .tagsDC, .lightningDOT, .lexlip, .cots, .dualEncoder, .lexicon,
                .clip,
                .siglip, .mixed, .soho, .vista:
                false
            }
        linear =
            isXavier
            ? try Linear(xavier: scope, from: width, to: configuration.jointDimension)
            : try Linear(scope, from: width, to: configuration.jointDimension)
        normalizes = configuration.normalizeFeatures
    }

    func callAsFunction(_ features: Tensor) throws(TorchError) -> Tensor {
        try linear(normalizes ? features.normalized(-1) : features)
    }
}
