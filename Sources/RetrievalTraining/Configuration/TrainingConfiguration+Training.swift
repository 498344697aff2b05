package import RetrievalModels

extension Precision: ConfigurationChoice {}

extension TrainingConfiguration {
    /// The optimisation and its schedule.
    package struct TrainingSection: Sendable, Equatable, ConfigurationSection {
        /// How often every (image, caption) pair is seen.
        package var epochs = 20
        /// N, the pairs of a batch.
        package var batchSize = 64
        /// How many of a batch's pairs are computed at a time; 0 takes all. It changes memory and time, not the gradients.
        package var microBatchSize = 0
        /// The learning rate before it falls.
        package var learningRate = 5e-4
        /// Steps in which the learning rate rises to `learningRate` in equal parts; 0 starts with it.
        package var warmupSteps = 0
        /// How the learning rate falls.
        package var learningRateDecay = LearningRateDecay()
        /// The largest gradient norm; longer gradients are scaled down to it.
        package var gradientClip = 2.0
        /// d, how much of their moving average the weights' average keeps at each step; 0 keeps none. With it, the averaged
        /// weights are validated and saved.
        package var movingAverage = 0.0
        /// Whether the contrastive loss's temperature is learnt, starting at `loss.temperature`.
        package var learnTemperature = false
        /// The part of an image's regions that a step leaves out, drawn anew for each image.
        package var regionDropout = 0.0
        /// The chance of a text's word to be left out in a step; special tokens stay.
        package var wordDropout = 0.0
        /// The chance of a value of an image's features to be left out in a step; the others are scaled up.
        package var featureDropout = 0.0
        /// Validates every so many steps, and at the end; 0: after every epoch.
        package var validateEvery = 0
        /// Validations without a better Rsum after which the run ends; 0: never.
        package var patience = 0
        /// What every random choice of the run follows from.
        package var seed = 0
        /// The arithmetic of the forward and backward pass.
        package var precision = Precision.fp32
        /// The threads to compute with; 0 takes all.
        package var threads = 0
        /// A checkpoint is written every so many steps, and after every epoch.
        package var checkpointEverySteps = 500
        /// A line of the log is written every so many steps.
        package var logEverySteps = 20

        static let fields: [ConfigurationField<Self>] = [
            .init("epochs", \.epochs, .atLeast(1)),
            .init("batch_size", \.batchSize, .atLeast(2)),
            .init("micro_batch_size", \.microBatchSize, .atLeast(0)),
            .init("learning_rate", \.learningRate, .above(0)),
            .init("warmup_steps", \.warmupSteps, .atLeast(0)),
            .init("learning_rate_decay", \.learningRateDecay),
            .init("gradient_clip", \.gradientClip, .above(0)),
            .init("moving_average", \.movingAverage, .from(0, below: 1)),
            .init("learn_temperature", \.learnTemperature),
            .init("region_dropout", \.regionDropout, .from(0, below: 1)),
            .init("word_dropout", \.wordDropout, .from(0, below: 1)),
            .init("feature_dropout", \.featureDropout, .from(0, below: 1)),
            .init("validate_every", \.validateEvery, .atLeast(0)),
            .init("patience", \.patience, .atLeast(0)),
            .init("seed", \.seed, .atLeast(0)),
            .init("precision", \.precision),
            .init("threads", \.threads, .atLeast(0)),
            .init("checkpoint_every_steps", \.checkpointEverySteps, .atLeast(1)),
            .init("log_every_steps", \.logEverySteps, .atLeast(1)),
        ]
    }

    /// How the learning rate falls.
    package struct LearningRateDecay: Sendable, Equatable, ConfigurationSection {
        /// By steps or along a cosine.
        package var shape = DecayShape.steps
        /// The epochs between two steps.
        package var everyEpochs = 10
        /// What the learning rate is multiplied by at a step; 1 keeps it.
        package var factor = 0.1

        static let fields: [ConfigurationField<Self>] = [
            .init("shape", \.shape),
            .init("every_epochs", \.everyEpochs, .atLeast(1)),
            .init("factor", \.factor, .above(0, upTo: 1)),
        ]
    }

    /// Along what the learning rate falls.
    package enum DecayShape: String, ConfigurationChoice {
        /// It is multiplied by `factor` after every `every_epochs` epochs.
        case steps
        /// Half a cosine, from the end of the warm-up to zero at the end of the run; it has no steps.
        case cosine
    }

    /// Which splits of the data are used.
    package struct DataSection: Sendable, Equatable, ConfigurationSection {
        /// The split to train on.
        package var trainSplit = "train"
        /// How many of its images are trained on, from the first; 0 takes all.
        package var trainImages = 0
        /// The split that chooses the best checkpoint. When it is the one to train on, its last images are held out.
        package var validationSplit = "val"
        /// How many of its images are validated on, from the first (held out: from the last); 0 takes all.
        package var validationImages = 0

        static let fields: [ConfigurationField<Self>] = [
            .init("train_split", \.trainSplit, .notEmpty),
            .init("train_images", \.trainImages, .atLeast(0)),
            .init("validation_split", \.validationSplit, .notEmpty),
            .init("validation_images", \.validationImages, .atLeast(0)),
        ]

        func check(at place: ConfigurationPlace) throws(TrainingError) {
            guard validationSplit == trainSplit, validationImages == 0 else { return }
            throw place.key("validation_images").invalid(
                expected:
                    "how many images of \(trainSplit) to hold out, as it is both train_split and validation_split",
                found: "0")
        }
    }
}
