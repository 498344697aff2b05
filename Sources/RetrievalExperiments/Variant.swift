import RetrievalModels
package import RetrievalTraining

/// One row of a table: a training that differs from the base configuration in some of its values.
package struct Variant: Sendable, Hashable {
    /// In paths and on the command line: `without-positives`.
    package let name: String
    /// In tables and figures.
    package let title: String
    /// What differs, as `--set` takes it.
    package let overrides: [String]
    /// The variant whose model of the same seed teaches this one.
    package let teacher: String?
    /// The variant whose model of the same seed this takes in place of one of its own.
    package let model: String?
    /// Who chooses the pairs that it scores; nil where it scores all.
    package let shortlists: Shortlists?
    /// How many times the base configuration's epochs it trains; 0 for a model that is taken as it comes.
    package let epochs: Double
    /// How many times these it learns by the method's own tasks before.
    package let pretraining: Double
    /// Whether it is trained at all.
    package var isTrained: Bool { epochs > 0 }
    /// The variants whose models of the same seed have to be there first.
    var needs: [String] { [teacher, model, shortlists?.first].compactMap(\.self) }

    /// Pairs that another variant's model chooses, as a pass for each of all would take too long.
    package struct Shortlists: Sendable, Hashable {
        /// The variant that chooses each query's best.
        let first: String
        /// The most pairs of a split that are all scored.
        let above: Int
        /// How many each query has.
        static let size = 50
    }

    init(
        _ name: String, _ title: String, _ overrides: [String], teacher: String? = nil, model: String? = nil,
        shortlists: Shortlists? = nil, epochs: Double = 1, pretraining: Double = 0
    ) {
        self.name = name
        self.title = title
        self.overrides = overrides
        self.teacher = teacher
        self.model = model
        self.shortlists = shortlists
        self.epochs = epochs
        self.pretraining = pretraining
    }

    /// The configuration of a run.
    package func configuration(_ base: TrainingConfiguration, seed: Int) throws -> TrainingConfiguration {
        var configuration = base
        var last = ["training.seed=\(seed)"]
        if isTrained {
            func times(_ factor: Double) -> Int { Int(max(1, (Double(base.training.epochs) * factor).rounded())) }
            let before = pretraining > 0 ? times(pretraining) : 0
            // UNITER+DG learns from its graph between the two.
            let between = overrides.contains("model.method=uniter_dg") ? base.graph.epochs : 0
            last.append("training.epochs=\(times(epochs) + before + between)")
            if before > 0 { last.append("pretraining.epochs=\(before)") }
        }
        try configuration.apply(overrides: overrides + last)
        return configuration
    }
}

extension Variant {
    private static let ascl = [
        "model.method=ascl", "loss.kind=contrastive", "loss.positives=true", "loss.negatives=true",
        "loss.distillation=0", "samples.noise=mixture", "samples.positives=both",
    ]
    private static let triplet = ["loss.kind=triplet", "loss.reduction=mean"]
    static let alone = ["loss.positives=false", "loss.negatives=false"]

    /// The method whole.
    package static let full = Variant("full", "AsCL", ascl)
    /// Without generated samples of either kind: plain in-batch contrast.
    package static let withoutSamples = Variant("without-samples", "without both", ascl + alone)

    /// Table 2.
    static let ablations = [
        full,
        Variant("without-positives", "without positives", ascl + ["loss.positives=false"]),
        Variant("without-negatives", "without negatives", ascl + ["loss.negatives=false"]),
        withoutSamples,
        Variant("without-fusion", "without fusion", ascl + ["model.fusion=none"]),
        Variant("triplet", "triplet loss", ascl + triplet + ["loss.warmup_epochs=0"]),
        Variant("triplet-warm-up", "triplet loss, warm-up", ascl + triplet + ["loss.warmup_epochs=1"]),
    ]

    /// Table 2 with as much time for each as the full method takes: more epochs where a step is cheaper. The factors are
    /// measured (docs/results.md); the report gives the minutes that came of them.
    static let ablationsAtEqualTime = atEqualTime(ablations, [1, 2.4, 1.75, 6, 3.4, 6.7, 6.7])

    /// Trainings with more epochs, or fewer, by a factor each, and a learning rate that falls until the last of them. What
    /// one takes of another, it takes of that other's like.
    static func atEqualTime(_ variants: [Variant], _ factors: [Double]) -> [Variant] {
        let changed = Set(zip(variants, factors).filter { $1 != 1 }.map(\.0.name))
        func name(_ variant: String) -> String { changed.contains(variant) ? variant + "-equal-time" : variant }
        return zip(variants, factors).map { variant, factor in
            Variant(
                name(variant.name),
                factor == 1 ? variant.title : "\(variant.title), \(factor.formatted()) x the epochs",
                variant.overrides + (factor == 1 ? [] : ["training.learning_rate_decay.shape=cosine"]),
                teacher: variant.teacher.map(name), model: variant.model.map(name),
                shortlists: variant.shortlists.map { Shortlists(first: name($0.first), above: $0.above) },
                epochs: variant.epochs * factor, pretraining: variant.pretraining * factor)
        }
    }

    /// Figure 3a.
    static let positives = [
        Variant("positives-long", "long", ascl + ["samples.positives=long"]),
        Variant("positives-short", "short", ascl + ["samples.positives=short"]),
        Variant("positives-both", "both", ascl),
    ]

    /// Figure 3b, noise of one kind at one level. Shuffling always acts on the encoder's input, so it is one run.
    static func noise(_ kind: String, level: String) -> Variant {
        let level = kind == "shuffle" ? "embeddings" : level
        return Variant("noise-\(kind)-\(level)", kind, ascl + ["samples.noise=\(kind)", "samples.level=\(level)"])
    }

    /// The kinds of noise.
    static let noiseKinds = ["shuffle", "dropout", "gaussian", "cutoff", "mixture"]
    /// Where noise goes.
    static let noiseLevels = ["words", "embeddings"]

    /// The baselines' architectures, on the text encoder's words or on a GRU's, those that take longest last. Of IMRAM it is
    /// the one in which words ask, a third of the work of both directions together. DIME knows no GRU.
    static func architectures(words: String) -> [Variant] {
        let gru = words == "gru"
        func architecture(_ name: String, _ title: String, _ settings: [String]) -> Variant {
            Variant(
                gru ? name + "-gru" : name, gru ? title + ", GRU" : title, ["model.words=\(words)"] + settings)
        }
        let all = [
            architecture("vse++", "VSE++", ["model.method=vse++"]),
            architecture("dsran", "DSRAN", ["model.method=dsran"]),
            architecture("scan-t2i", "SCAN t2i LSE", ["model.method=scan", "model.direction=text_to_image"]),
            architecture(
                "scan-t2i-average", "SCAN t2i AVG",
                ["model.method=scan", "model.direction=text_to_image", "model.pooling=average"]),
            architecture("scan-i2t", "SCAN i2t LSE", ["model.method=scan", "model.direction=image_to_text"]),
            architecture(
                "scan-i2t-average", "SCAN i2t AVG",
                ["model.method=scan", "model.direction=image_to_text", "model.pooling=average"]),
            architecture("imram", "IMRAM text", ["model.method=imram", "model.direction=text_to_image"]),
            architecture("dime", "DIME", ["model.method=dime", "model.direction=both"]),
        ]
        return gru ? all.dropLast() : all
    }

    /// UNITER as its authors train it: by its own tasks, ten times as long as others train, and then by mined pairs. Losses of
    /// all pairs of a batch cost it a pass through all layers each, which no desk has the time for.
    static let uniter = Variant(
        "uniter", "UNITER, pre-trained, mined pairs",
        ["model.method=uniter", "training.batch_size=16"] + alone + ["loss.kind=mined"], pretraining: 10)

    /// The same with a denotation graph, from which it learns in epochs between the two.
    static let uniterDG = Variant(
        "uniter-dg", "UNITER+DG, pre-trained, mined pairs",
        ["model.method=uniter_dg", "training.batch_size=16"] + alone + ["loss.kind=mined"], pretraining: 10)

    /// TAGS-DC: a UNITER that writes wrong captions while it learns by mined pairs.
    static let tagsDC = Variant(
        "tags-dc", "TAGS-DC, pre-trained, mined pairs",
        ["model.method=tags_dc", "training.batch_size=16"] + alone + ["loss.kind=mined"], pretraining: 10)

    /// LightningDOT, without a re-ranker, by its tasks ten times as long as others train, and then by all pairs of a batch.
    static let lightningDOT = Variant(
        "lightningdot", "LightningDOT, pre-trained",
        ["model.method=lightningdot", "pretraining.matching=4", "loss.kind=contrastive", "loss.temperature=1"] + alone,
        pretraining: 10)

    /// LexLIP by its tasks ten times as long as others train, and then by keys.
    static let lexlip = Variant(
        "lexlip", "LexLIP, pre-trained", ["model.method=lexlip", "loss.kind=momentum", "loss.sparsity=0.002"] + alone,
        pretraining: 10)

    /// COTS likewise; both its streams begin at random, so that its queue waits.
    static let cots = Variant(
        "cots", "COTS, pre-trained", ["model.method=cots", "loss.kind=momentum", "loss.warmup_epochs=5"] + alone,
        pretraining: 10)

    /// SOHO by its three tasks, equally often, and then by its head of matching, in five epochs by all wrong pairs of a batch.
    static let soho = Variant(
        "soho", "SOHO, pre-trained",
        [
            "model.method=soho", "training.batch_size=16", "pretraining.matching=1", "pretraining.words=1",
            "pretraining.classes=1", "loss.kind=matching", "loss.warmup_epochs=5",
        ] + alone, pretraining: 10)

    /// ViSTA by its two vectors, at its own temperature, which is learnt.
    static let vista = Variant(
        "vista", "ViSTA",
        [
            "model.method=vista", "loss.kind=contrastive", "loss.temperature=0.07", "training.learn_temperature=true",
        ] + alone)

    /// What learns by tasks of its own before it ranks, as its authors train it, on words of its own.
    static let ofTwoPhases = [lightningDOT, uniter, uniterDG, tagsDC, soho, lexlip, cots]

    /// AsCL and the baselines: each as its authors train it, by the best recipe that was found for it, and with AsCL's
    /// contrastive loss. Those of two phases are there as their authors train them.
    package static func compared(words: String) -> [Variant] {
        [full, full.trained(by: .best(of: full.name), as: "best", "best recipe"), withoutSamples]
            + architectures(words: words).flatMap { method in
                [
                    method.trained(by: .authors),
                    method.trained(by: .best(of: method.name), as: "best", "best recipe"),
                    method.trained(by: .contrastive),
                ]
            } + (words == "gru" ? [] : ofTwoPhases + [vista])
    }

    /// Every method by every recipe that is tried, method by method.
    static func searched(words: String) -> [[Variant]] {
        let baselines = architectures(words: words).map { method in Recipe.candidates.map { method.trained(by: $0) } }
        let own = [full] + Recipe.candidates.dropFirst().map { full.trained(by: $0) }
        return words == "gru" ? baselines : [own] + baselines
    }

    /// The same trained by a recipe, which name and title then tell.
    private func trained(by recipe: Recipe, as name: String, _ title: String) -> Variant {
        Variant("\(self.name)-\(name)", "\(self.title), \(title)", overrides + recipe.settings)
    }

    /// The authors' own recipe goes without saying.
    func trained(by recipe: Recipe) -> Variant {
        recipe == .authors
            ? Variant(name, title, overrides + recipe.settings) : trained(by: recipe, as: recipe.name, recipe.title)
    }

    /// AsCL on a pretrained pair's patches and words, the pair as it comes and trained further, and both mixed.
    static func beside(_ pair: Method) -> [Variant] {
        let own = ascl + ["model.method=\(pair.rawValue)"] + alone
        let title = pair == .clip ? "CLIP" : "SigLIP"
        return [
            full, withoutSamples,
            Variant("\(pair.rawValue)-untrained", "\(title), untrained", own, epochs: 0),
            Variant(pair.rawValue, "\(title), its text projection trained", own),
            Variant("mixed", "AsCL mixed with the pair", ascl + ["model.method=mixed"]),
            Variant("mixed-without-samples", "the same without both", ascl + ["model.method=mixed"] + alone),
        ]
    }

    /// First stages: two that are taught by `full`, and those of table 1 that have a vector of each item, or terms.
    static let firstStages =
        taughtFirstStages + [lightningDOTContrastive, cotsContrastive, vistaLonger, lexlipContrastive]

    private static let taughtFirstStages = [
        Variant(
            "dual-encoder", "dual encoder", ascl + alone + ["model.method=dual_encoder", "loss.distillation=1"],
            teacher: full.name),
        Variant(
            "lexicon", "lexicon encoder",
            ascl + alone + ["model.method=lexicon", "loss.distillation=1", "loss.sparsity=3"], teacher: full.name),
    ]
}
