/// The shape and settings of a baseline: `config.json` of its checkpoint.
package struct BaselineConfiguration: ModelConfiguration, Equatable {
    /// Where words come from.
    package enum Words: String, Codable, Sendable, CaseIterable {
        /// The text encoder's vectors.
        case encoder
        /// A GRU over word embeddings, both trained with the method.
        case gru
    }

    /// Which side attends to the other (SCAN, IMRAM, DIME).
    package enum Direction: String, Codable, Sendable, CaseIterable {
        /// Words attend to regions.
        case textToImage = "text_to_image"
        /// Regions attend to words.
        case imageToText = "image_to_text"
        /// Both; the score is the sum (SCAN, DIME: the mean).
        case both
    }

    /// How SCAN makes one score of many.
    package enum Pooling: String, Codable, Sendable, CaseIterable {
        /// LogSumExp.
        case logSumExp = "log_sum_exp"
        /// The mean.
        case average
    }

    /// Which method; never `ascl`, whose configuration is `AsCLConfiguration`.
    package var method: Method
    /// D.
    package var jointDimension: Int
    /// R.
    package var regionDimension: Int
    /// G.
    package var globalDimension: Int
    /// B.
    package var textDimension: Int
    /// The text encoder's vocabulary.
    package var vocabularySize: Int
    /// The most tokens of a caption, special ones included.
    package var maxTokens: Int
    /// Whether raw image features are L2-normalised before they are projected.
    package var normalizeFeatures: Bool
    /// Where words come from; DIME, the dual and the lexicon encoder know the text encoder's alone.
    package var words: Words
    /// Which side attends (SCAN, IMRAM, DIME).
    package var direction: Direction
    /// How one score is made of many (SCAN).
    package var pooling: Pooling
    /// The vocabulary's tokens that have a term (`LexiconEncoder`), ascending; nil for all of them.
    package var lexicon: [Int]?
    /// What normalises the dual encoder's scores; nil for cosines as they are.
    package var querybank: Querybank.Configuration?

    /// Where words are of the method's own.
    package var readsTokens: Bool { words == .gru }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case method = "architecture"
        case jointDimension = "joint_dimension"
        case regionDimension = "region_dimension"
        case globalDimension = "global_dimension"
        case textDimension = "text_dimension"
        case vocabularySize = "vocabulary_size"
        case maxTokens = "max_tokens"
        case normalizeFeatures = "normalize_features"
        case words, direction, pooling, lexicon, querybank
    }

    /// Makes a configuration, unchecked; temperatures and the like are the papers' and stand in each method's file.
    package init(
        _ method: Method, jointDimension: Int, regionDimension: Int, globalDimension: Int, textDimension: Int,
        vocabularySize: Int, maxTokens: Int = 64, normalizeFeatures: Bool = false, words: Words = .encoder,
        direction: Direction = .textToImage, pooling: Pooling = .logSumExp, lexicon: [Int]? = nil,
        querybank: Querybank.Configuration? = nil
    ) {
        self.method = method
        self.jointDimension = jointDimension
        self.regionDimension = regionDimension
        self.globalDimension = globalDimension
        self.textDimension = textDimension
        self.vocabularySize = vocabularySize
        self.maxTokens = maxTokens
        self.normalizeFeatures = normalizeFeatures
        self.words = words
        self.direction = direction
        self.pooling = pooling
        self.lexicon = lexicon
        self.querybank = querybank
    }
}
