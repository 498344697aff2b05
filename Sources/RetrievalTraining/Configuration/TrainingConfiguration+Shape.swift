import AsCLBase
package import RetrievalData
package import RetrievalModels
package import TextEncoding

extension TrainingConfiguration {
    /// The configuration of the model to train: its own settings, and the sizes that data and text encoder have.
    /// - Parameter phrases: Texts besides the captions that it learns from.
    package func modelConfiguration(
        for split: RetrievalSplit, _ encoder: TextEncoder, phrases: [String] = []
    ) throws -> any ModelConfiguration {
        switch model.method {
        case .ascl:
            return try asclConfiguration(for: split, encoder)
        case .uniter, .lightningDOT, .uniterDG, .tagsDC:
            // A method that learns by no task needs no classes.
            let hasTask = pretraining.epochs > 0 && pretraining.classes > 0
            let told = hasTask ? try split.regionClassCount ?? split.regionTokenCount() : nil
            let classes = hasTask ? told ?? pretraining.dictionary : 0
            let configuration = JointConfiguration(
                model.method, jointDimension: model.jointDimension, layers: model.layers, heads: model.heads,
                regionDimension: split.regionDimension, globalDimension: split.globalDimension,
                textDimension: encoder.width, maxTokens: min(model.maxTokens, encoder.positionCount),
                vocabulary: try CutVocabulary(
                    of: encoder.tokenize(split.captions + phrases, maxTokens: model.maxTokens).map(\.ids), encoder),
                normalizeFeatures: model.normalizeFeatures, dropout: model.dropout,
                transportWeight: model.method.isUNITER ? pretraining.transport : 0, classes: classes,
                hasDictionary: classes > 0 && told == nil)
            try configuration.validate(path: "configuration")
            return configuration
        case .lexlip, .cots:
            return try streamConfiguration(for: split, encoder)
        case .soho:
            _ = try GridSide(of: split)
            let configuration = SOHOConfiguration(
                jointDimension: model.jointDimension, layers: model.layers, heads: model.heads,
                regionDimension: split.regionDimension, globalDimension: split.globalDimension,
                textDimension: encoder.width, maxTokens: min(model.maxTokens, encoder.positionCount),
                vocabulary: try CutVocabulary(
                    of: encoder.tokenize(split.captions, maxTokens: model.maxTokens).map(\.ids), encoder),
                normalizeFeatures: model.normalizeFeatures, dropout: model.dropout,
                dictionary: pretraining.dictionary, temperature: pretraining.temperature,
                maskedImages: pretraining.maskedImages)
            try configuration.validate(path: "configuration")
            return configuration
        case .vista:
            _ = try GridSide(of: split)
            let configuration = ViSTAConfiguration(
                jointDimension: model.jointDimension, layers: model.layers, fusionLayers: model.fusionLayers,
                heads: model.heads, vectorDimension: model.vectorDimension, regions: split.regionCount,
                regionDimension: split.regionDimension, globalDimension: split.globalDimension,
                textDimension: encoder.width, maxTokens: model.maxTokens, sceneTokens: model.sceneTokens,
                normalizeFeatures: model.normalizeFeatures, dropout: model.dropout, imageWeight: loss.imageWeight)
            try configuration.validate(path: "configuration")
            try configuration.check(encoder, path: "configuration")
            return configuration
        case .clip, .siglip:
            return try PretrainedConfiguration(
                model.method, of: encoder, globalDimension: split.globalDimension, maxTokens: model.maxTokens)
        case .mixed:
            return try MixedConfiguration(asclConfiguration(for: split, encoder), pair(for: split, encoder))
        case .vse, .scan, .imram, .dsran, .dime, .dualEncoder, .lexicon:
            let configuration = BaselineConfiguration(
                model.method, jointDimension: model.jointDimension, regionDimension: split.regionDimension,
                globalDimension: split.globalDimension, textDimension: encoder.width,
                vocabularySize: encoder.tokenizer.vocabularySize, maxTokens: model.maxTokens,
                normalizeFeatures: model.normalizeFeatures, words: model.words, direction: model.direction,
                pooling: model.pooling,
                lexicon: model.method == .lexicon
                    ? LexiconEncoder.lexicon(
                        of: try encoder.tokenize(split.captions, maxTokens: model.maxTokens).map(\.ids)) : nil,
                querybank: querybank(of: split))
            try configuration.validate(path: "configuration")
            return configuration
        }
    }

    private func streamConfiguration(
        for split: RetrievalSplit, _ encoder: TextEncoder
    ) throws -> StreamConfiguration {
        let isLexLIP = model.method == .lexlip
        let told = isLexLIP || pretraining.epochs == 0 ? nil : try split.regionClassCount ?? split.regionTokenCount()
        let classes = isLexLIP || pretraining.epochs == 0 ? 0 : told ?? pretraining.dictionary
        let vocabulary = try CutVocabulary(
            of: encoder.tokenize(split.captions, maxTokens: model.maxTokens).map(\.ids), encoder)
        let configuration = StreamConfiguration(
            model.method, jointDimension: isLexLIP ? encoder.width : model.jointDimension, layers: model.layers,
            heads: model.heads, regionDimension: split.regionDimension, globalDimension: split.globalDimension,
            textDimension: encoder.width, maxTokens: min(model.maxTokens, encoder.positionCount),
            vocabulary: vocabulary, normalizeFeatures: model.normalizeFeatures, dropout: model.dropout,
            temperature: loss.temperature, sparsity: isLexLIP ? loss.sparsity : 0,
            classes: classes, hasDictionary: classes > 0 && told == nil,
            text: isLexLIP ? try .init(of: encoder, vocabulary) : nil)
        try configuration.validate(path: "configuration")
        return configuration
    }

    /// What stands beside AsCL: the pair that the encoder is of, else the dual encoder.
    private func pair(for split: RetrievalSplit, _ encoder: TextEncoder) throws -> MixedConfiguration.Pair {
        guard let tower = encoder.tower else {
            return .dual(
                BaselineConfiguration(
                    .dualEncoder, jointDimension: model.vectorDimension, regionDimension: split.regionDimension,
                    globalDimension: split.globalDimension, textDimension: encoder.width,
                    vocabularySize: encoder.tokenizer.vocabularySize, maxTokens: model.maxTokens,
                    normalizeFeatures: model.normalizeFeatures, querybank: querybank(of: split)))
        }
        guard model.querybank == 0 else {
            throw TrainingError.invalidValue(
                source: "configuration", key: "model.querybank",
                expected: "0 beside a pretrained pair, whose cosines are taken as they are", found: "\(model.querybank)"
            )
        }
        return try .pretrained(
            PretrainedConfiguration(
                tower.configuration.family.method, of: encoder, globalDimension: split.globalDimension,
                maxTokens: model.maxTokens))
    }

    /// What is to normalise the dual encoder's scores: at the temperature at which they are learned.
    private func querybank(of split: RetrievalSplit) -> Querybank.Configuration? {
        guard model.querybank > 0 else { return nil }
        return .init(size: min(model.querybank, split.imageCount), temperature: loss.temperature)
    }

    private func asclConfiguration(for split: RetrievalSplit, _ encoder: TextEncoder) throws -> AsCLConfiguration {
        try AsCLConfiguration(
            jointDimension: model.jointDimension, heads: model.heads, regionDimension: split.regionDimension,
            globalDimension: split.globalDimension, textDimension: encoder.width, localWeight: model.localWeight,
            fusion: model.fusion, normalizeFeatures: model.normalizeFeatures, maxTokens: model.maxTokens)
    }
}

extension TrainingConfiguration {
    /// The images to train and to validate on, none of them both.
    /// - Throws: `TrainingError` naming the key that asks for more images than there are, `InputError` where there is
    ///   nothing to tell pairs apart by.
    package func splits(of dataset: Dataset) throws -> (train: RetrievalSplit, validation: RetrievalSplit) {
        let (train, validation) = try parts(of: dataset)
        guard train.captions.count >= 2 else {
            throw InputError(
                path: dataset.path, place: "\(train.name) split",
                expected: "at least 2 pairs of an image and a caption", found: "\(train.captions.count)")
        }
        guard train.imageCount >= 2 else {
            throw InputError(
                path: dataset.path, place: "\(train.name) split", expected: "at least 2 images to tell apart",
                found: "1")
        }
        try checkPool(imageCount: train.imageCount, source: dataset.path)
        try checkQueue(pairs: train.captions.count, source: dataset.path)
        return (train, validation)
    }

    /// What has to be told of the data before a training, a line each.
    package func notices(_ train: RetrievalSplit, _ validation: RetrievalSplit) -> [String] {
        var lines = [train, validation].omissions
        if data.validationImages > validation.imageCount {
            lines.append(
                "\(validation.name): all \(validation.imageCount) images serve, where data.validation_images asks for "
                    + "\(data.validationImages)")
        }
        if model.querybank > train.imageCount {
            lines.append(
                "\(train.name): all \(train.imageCount) images are in the querybank, where model.querybank asks for "
                    + "\(model.querybank)")
        }
        if validation.imageCount == 1 {
            lines.append("\(validation.name): of 1 image every ranking is right, so the first epoch's model is kept")
        }
        if training.batchSize > train.captions.count {
            lines.append(
                "training.batch_size is \(training.batchSize), but there are \(train.captions.count) pairs: every batch is "
                    + "all of them")
        }
        if train.captions.count % training.batchSize == 1 {
            lines.append(
                "1 of \(train.captions.count) pairs is left out of each epoch: a last batch of one has no negatives")
        }
        let sampler = PairSampler(pairCount: train.captions.count, batchSize: training.batchSize, seed: 0)
        let schedule = LearningRateSchedule(
            training, stepsPerEpoch: sampler.stepsPerEpoch, epochsBefore: phases.dropLast().map(\.epochs))
        return lines + schedule.notices
    }

    private func parts(of dataset: Dataset) throws -> (train: RetrievalSplit, validation: RetrievalSplit) {
        let train = try dataset.split(data.trainSplit)
        guard data.validationSplit == data.trainSplit else {
            let validation = try dataset.split(data.validationSplit)
            return (
                try Self.part(of: train, data.trainImages, "data.train_images"),
                // All there are serve where fewer are there than asked for: fewer to validate on is no other result.
                data.validationImages == 0 || data.validationImages >= validation.imageCount
                    ? validation : validation.subset(images: Array(0..<data.validationImages))
            )
        }
        let rest = train.imageCount - data.validationImages
        guard rest >= max(1, data.trainImages) else {
            throw TrainingError.invalidValue(
                source: dataset.path, key: "data.validation_images",
                expected: "to leave at least \(max(1, data.trainImages)) of \(train.imageCount) images to train on",
                found: "\(data.validationImages)")
        }
        let count = data.trainImages == 0 ? rest : data.trainImages
        return (
            train.subset(images: Array(0..<count)), train.subset(images: Array(rest..<train.imageCount))
        )
    }

    private static func part(of split: RetrievalSplit, _ images: Int, _ key: String) throws -> RetrievalSplit {
        guard images <= split.imageCount else {
            throw TrainingError.invalidValue(
                source: split.name, key: key, expected: "at most \(split.imageCount), the images of the split",
                found: "\(images)")
        }
        return images == 0 ? split : split.subset(images: Array(0..<images))
    }
}
