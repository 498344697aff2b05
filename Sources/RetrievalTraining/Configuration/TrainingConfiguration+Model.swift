package import RetrievalModels

extension Method: ConfigurationChoice {}
extension Fusion: ConfigurationChoice {}
extension BaselineConfiguration.Words: ConfigurationChoice {}
extension BaselineConfiguration.Direction: ConfigurationChoice {}
extension BaselineConfiguration.Pooling: ConfigurationChoice {}

extension TrainingConfiguration {
    /// The network's shape and its score. Feature sizes are not set here: the data and the text encoder have them.
    package struct ModelSection: Sendable, Equatable, ConfigurationSection {
        /// AsCL, or a baseline to compare it with. Baselines have no heads, local weight or fusion.
        package var method = Method.ascl
        /// D, the size of the space that images and captions share.
        package var jointDimension = 1024
        /// H, the heads of each cross-modal attention, or of the layers of UNITER, LightningDOT, LexLIP, COTS, SOHO and
        /// ViSTA; divides `jointDimension`, of LexLIP the text encoder's width.
        package var heads = 8
        /// Layers of UNITER and SOHO, of each of LightningDOT's towers and COTS's streams, of LexLIP's for images, or over
        /// ViSTA's picture.
        package var layers = 4
        /// How many of ViSTA's layers, the last, exchange with what is written in the picture.
        package var fusionLayers = 2
        /// The most tokens that ViSTA reads of it, special tokens included.
        package var sceneTokens = 30
        /// The chance of a value of their states to be left out in training.
        package var dropout = 0.1
        /// u1, the weight of the local score against the global one.
        package var localWeight = 0.8
        /// How the global image vector is fused, if anything is.
        package var fusion = Fusion.sum
        /// Whether raw image features are L2-normalised before they are projected.
        package var normalizeFeatures = false
        /// The longest caption in tokens, special tokens included; the rest is cut.
        package var maxTokens = 64
        /// Where a baseline's words come from.
        package var words = Words.encoder
        /// Which side attends to the other, in SCAN and IMRAM.
        package var direction = Direction.textToImage
        /// How SCAN makes one score of many.
        package var pooling = Pooling.logSumExp
        /// Values of ViSTA's vectors, and of those that `mixed` puts beside AsCL, where they are not a pretrained pair's.
        package var vectorDimension = 512
        /// By how many training pairs, at most, the dual encoder's scores are normalised, alone or in `mixed`; 0 for none.
        package var querybank = 0
        /// The folder of a model whose weights it begins with; without one they are fresh.
        package var from = ""

        static let fields: [ConfigurationField<Self>] = [
            .init("method", \.method),
            .init("joint_dimension", \.jointDimension, .atLeast(1)),
            .init("heads", \.heads, .atLeast(1)),
            .init("layers", \.layers, .atLeast(1)),
            .init("fusion_layers", \.fusionLayers, .atLeast(1)),
            .init("scene_tokens", \.sceneTokens, .atLeast(3)),
            .init("dropout", \.dropout, .from(0, below: 1)),
            .init("local_weight", \.localWeight, .from(0, to: 1)),
            .init("fusion", \.fusion),
            .init("normalize_features", \.normalizeFeatures),
            .init("max_tokens", \.maxTokens, .atLeast(3)),
            .init("words", \.words),
            .init("direction", \.direction),
            .init("pooling", \.pooling),
            .init("vector_dimension", \.vectorDimension, .atLeast(1)),
            .init("querybank", \.querybank, .atLeast(0)),
            .init("from", \.from),
        ]

        func check(at place: ConfigurationPlace) throws(TrainingError) {
            guard querybank == 0 || [.dualEncoder, .mixed].contains(method) else {
                throw place.key("querybank").invalid(
                    expected: "0, as \(method.rawValue) is no dual_encoder or mixed", found: "\(querybank)")
            }
            guard method.isBaseline || words == .encoder else {
                throw place.key("words").invalid(
                    expected: "encoder, with method \(method.rawValue)", found: words.rawValue)
            }
            if method == .vista, fusionLayers > layers {
                throw place.key("fusion_layers").invalid(expected: "at most layers \(layers)", found: "\(fusionLayers)")
            }
            // LexLIP is as wide as its text encoder.
            guard [.ascl, .mixed].contains(method) || method.hasLayers else { return }
            guard jointDimension % heads != 0 else { return }
            throw place.key("heads").invalid(
                expected: "a divisor of joint_dimension \(jointDimension)", found: "\(heads)")
        }
    }

    /// A baseline's words.
    package typealias Words = BaselineConfiguration.Words
    /// A baseline's direction of attention.
    package typealias Direction = BaselineConfiguration.Direction
    /// SCAN's pooling.
    package typealias Pooling = BaselineConfiguration.Pooling

    /// The caption's encoder, a folder with a Hugging Face BERT.
    package struct TextEncoderSection: Sendable, Equatable, ConfigurationSection {
        /// The folder of a Hugging Face BERT: `config.json`, weights and vocabulary, in any of their forms.
        package var path = ".text-encoder"
        /// Whether the encoder is fine-tuned; frozen otherwise.
        package var trainable = false
        /// The encoder's learning rate as a factor of the model's, when it is fine-tuned.
        package var learningRateFactor = 0.1

        static let fields: [ConfigurationField<Self>] = [
            .init("path", \.path, .notEmpty),
            .init("trainable", \.trainable),
            .init("learning_rate_factor", \.learningRateFactor, .above(0)),
        ]
    }
}
