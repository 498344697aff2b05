package import RetrievalModels

extension RetrievalLoss.Reduction: ConfigurationChoice {}

extension TrainingConfiguration {
    /// The loss over a batch of pairs.
    package struct LossSection: Sendable, Equatable, ConfigurationSection {
        /// Which loss.
        package var kind = LossKind.contrastive
        /// tau, by which the contrastive loss divides scores.
        package var temperature = 0.05
        /// Whether generated positives (long and short captions) take part.
        package var positives = true
        /// Whether generated negatives (noised captions) take part.
        package var negatives = true
        /// The margin of the triplet loss and of mined pairs.
        package var margin = 0.2
        /// The wrong partners that are drawn for each item of a batch to mine from.
        package var pool = 31
        /// How many of them are learned from, those that score highest.
        package var kept = 7
        /// The epochs, from the first that learns by this loss, in which wrong partners are easier ones: the triplet loss and
        /// matching take all of the batch, and then the hardest alone; keys those of the batch alone, and then the queue's too.
        package var warmupEpochs = 0
        /// What the triplet loss makes of the losses of a batch's pairs.
        package var reduction = Reduction.sum
        /// The weight of what a teacher's scores add to the contrastive loss; above zero it takes a teacher.
        package var distillation = 0.0
        /// The weight of the FLOPS penalty of the lexicon encoder and of LexLIP.
        package var sparsity = 0.0
        /// What ViSTA's loss of images' own vectors weighs; that of vectors joined with scene text has the rest.
        package var imageWeight = 0.9

        static let fields: [ConfigurationField<Self>] = [
            .init("kind", \.kind),
            .init("temperature", \.temperature, .above(0)),
            .init("positives", \.positives),
            .init("negatives", \.negatives),
            .init("margin", \.margin, .above(0)),
            .init("pool", \.pool, .atLeast(1)),
            .init("kept", \.kept, .atLeast(1)),
            .init("warmup_epochs", \.warmupEpochs, .atLeast(0)),
            .init("reduction", \.reduction),
            .init("distillation", \.distillation, .atLeast(0)),
            .init("sparsity", \.sparsity, .atLeast(0)),
            .init("image_weight", \.imageWeight, .from(0, to: 1)),
        ]

        func check(at place: ConfigurationPlace) throws(TrainingError) {
            guard kept > pool else { return }
            throw place.key("kept").invalid(expected: "at most pool \(pool)", found: "\(kept)")
        }
    }

    /// What is made of the losses of a batch's pairs.
    package typealias Reduction = RetrievalLoss.Reduction

    /// The kind of loss.
    package enum LossKind: String, ConfigurationChoice {
        /// The paper's asymmetry-sensitive contrastive loss.
        case contrastive
        /// A hinge on the negatives of the batch, in both directions: the baselines' own, and an ablation.
        case triplet
        /// A hinge on the wrong partners that score highest of many drawn from the whole split, in both directions: how
        /// UNITER is fine-tuned.
        case mined
        /// Pairs told apart from earlier ones by keys of a slower copy of the model, as LexLIP and COTS learn.
        case momentum
        /// Cross entropy of whether pairs of the batch match, right ones and the wrong ones that score highest: SOHO's own.
        case matching
    }

    /// The generated samples of the paper's section 2.2.
    package struct Samples: Sendable, Equatable, ConfigurationSection {
        /// The noise that makes a negative of a caption.
        package var noise = Noise.mixture
        /// Where the noise goes; shuffling always acts on the embeddings.
        package var level = NoiseLevel.words
        /// The Gaussian's standard deviation as a factor of the clean values' root mean square.
        package var gaussianScale = 1.0
        /// The chance of a value to be dropped.
        package var dropout = 0.5
        /// The part of tokens or features that a cutoff zeroes.
        package var cutoffRate = 0.2
        /// Which generated positives are made.
        package var positives = Positives.both

        static let fields: [ConfigurationField<Self>] = [
            .init("noise", \.noise),
            .init("level", \.level),
            .init("gaussian_scale", \.gaussianScale, .above(0)),
            .init("dropout", \.dropout, .between(0, 1)),
            .init("cutoff_rate", \.cutoffRate, .between(0, 1)),
            .init("positives", \.positives),
        ]
    }

    /// The noise that makes a negative of a caption.
    package enum Noise: String, ConfigurationChoice {
        /// One of the four others for each caption, drawn at random.
        case mixture
        /// Gaussian noise is added.
        case gaussian
        /// Single values are dropped.
        case dropout
        /// Whole tokens or whole features are zeroed.
        case cutoff
        /// The order of the tokens is changed.
        case shuffle
    }

    /// Where noise enters the text's path.
    package enum NoiseLevel: String, ConfigurationChoice {
        /// The projected words.
        case words
        /// The text encoder's input embeddings.
        case embeddings
    }

    /// Which generated positives are made.
    package enum Positives: String, ConfigurationChoice {
        /// Long or short with equal chance.
        case both
        /// Two captions of the image joined.
        case long
        /// The first half of the caption.
        case short
    }
}
