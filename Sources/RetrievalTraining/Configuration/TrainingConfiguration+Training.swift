package import RetrievalModels

extension Precision: ConfigurationChoice {}

extension TrainingConfiguration {
    /// The optimisation and its schedule.
    package struct TrainingSection: Sendable, Equatable, ConfigurationSection {
        /// How often every (image, caption) pair is seen.
        package var epochs = 20
        /// N, the pairs of a batch.
        package var batchSize = 64
        /// The learning rate of the first epoch.
        package var learningRate = 5e-4
        /// How the learning rate falls.
        package var learningRateDecay = LearningRateDecay()
        /// The largest gradient norm; longer gradients are scaled down to it.
        package var gradientClip = 2.0
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
            .init("learning_rate", \.learningRate, .above(0)),
            .init("learning_rate_decay", \.learningRateDecay),
            .init("gradient_clip", \.gradientClip, .above(0)),
            .init("seed", \.seed, .atLeast(0)),
            .init("precision", \.precision),
            .init("threads", \.threads, .atLeast(0)),
            .init("checkpoint_every_steps", \.checkpointEverySteps, .atLeast(1)),
            .init("log_every_steps", \.logEverySteps, .atLeast(1)),
        ]
    }

    /// The learning rate is multiplied by `factor` after every `everyEpochs` epochs.
    package struct LearningRateDecay: Sendable, Equatable, ConfigurationSection {
        /// The epochs between two changes.
        package var everyEpochs = 10
        /// What the learning rate is multiplied by; 1 keeps it.
        package var factor = 0.1

        static let fields: [ConfigurationField<Self>] = [
            .init("every_epochs", \.everyEpochs, .atLeast(1)),
            .init("factor", \.factor, .above(0, upTo: 1)),
        ]
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
