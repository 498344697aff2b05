import AsCLBase
import RetrievalData
import RetrievalEvaluation
import RunReports

// What the paper does not have: baselines trained alike, first stages, the protocol's integrity, the probe.
extension ReportData {
    func baselines(_ experiment: Experiment) throws -> [Block] {
        let words = experiment == .baselinesGRU ? "GRU words" : "the same text encoder's words"
        return [
            .paragraph(
                "Every method is trained by the same schedule on the same features and \(words): as its authors train it, by "
                    + "the best recipe found for it on validation images, and with AsCL's contrastive loss without "
                    + "generated samples (of AsCL itself: without both). \(chosen(experiment))"),
            .paragraph(
                "Pairs scored are those of the evaluation, from features and words on, on the machine below; each row's runs "
                    + "had it as busy as it was. Multiply-adds are counted from the shapes: what the score of a pair takes "
                    + "beyond what is made of each item once."),
            .table(
                try recallTable(
                    "AsCL and its baselines on \(queries)", experiment.variants, in: experiment, costs: true)),
        ]
    }

    /// What the rows of best recipes stand for.
    private func chosen(_ experiment: Experiment) -> String {
        let best = experiment.variants.filter { $0.title.hasSuffix("best recipe") }
        return "What a best recipe sets: "
            + best.map { "\($0.title): \($0.overrides.joined(separator: " "))" }.joined(separator: "; ") + "."
    }

    /// Validation Rsum of every method by every recipe.
    func recipes(_ experiment: Experiment, _ methods: [[Variant]]) throws -> [Block] {
        let rows = methods.map { candidates in
            Table.Row(
                candidates[0].title,
                candidates.map { cell(runs($0, in: experiment).map(\.validationRsum), of: $0, in: experiment) })
        }
        return [
            .paragraph(
                "Rsum on the validation images, which choose a recipe; the images that other tables report have no part in "
                    + "it. The authors' recipe is AsCL's paper's own in AsCL's row."),
            .table(
                try Table(
                    caption: "Validation Rsum by recipe", labelHeading: "Method",
                    columns: Recipe.candidates.map { Table.Column($0.title) }, rows: rows)),
        ]
    }

    func protocols() throws -> [Block] {
        let studies = try seeds(of: .protocol).compactMap { try runner.protocolStudy(seed: $0) }
        guard let first = studies.first else { return [] }
        let rows = first.rows.enumerated().map { place, row in
            let results = studies.map { $0.rows[place].result }
            return Table.Row(
                row.scoring.title + (row.randomFeatures ? ", noise for features" : ""),
                [
                    cell(results.map(\.imageToText.r1), of: .full, in: .protocol),
                    cell(results.map(\.textToImage.r1), of: .full, in: .protocol),
                    cell(results.map(\.rsum), of: .full, in: .protocol),
                ])
        }
        return [
            .paragraph(
                "The same checkpoints under honest and leaky scoring. Leaky scores compare vectors that have attended to a "
                    + "partner with other partners; what they reach on noise in place of the features is the leak's "
                    + "alone. No other command computes them, and they are no retrieval results."),
            .table(
                try Table(
                    caption: "Scoring protocols on \(queries), \(studies.count) checkpoints", labelHeading: "Scoring",
                    columns: [
                        Table.Column("image to text R@1", unit: "%"), Table.Column("text to image R@1", unit: "%"),
                        Table.Column("Rsum"),
                    ], rows: rows)),
        ]
    }

    func probe() throws -> [Block] {
        guard let table = try probeTable(.probe) else {
            return [.notice("The captions of \(runner.splits.test.name) give no cases.")]
        }
        return [
            .paragraph(
                "How often the right caption of an image scores above the wrong one; chance is 50 %, a tie is wrong. Type I "
                    + "names an absent object or a wrong detail, II joins two captions of which one may be another "
                    + "image's, III cuts captions to half. Where the data brings no cases of its own, absence is judged "
                    + "by all captions of the image and a word list, not by the picture."),
            .table(table),
        ]
    }

    /// Accuracies by kind; nil where there are no cases.
    private func probeTable(_ experiment: Experiment) throws -> Table? {
        let cases = Dictionary(grouping: runner.splits.probe, by: \.type.rawValue).mapValues(\.count)
        let types = AsymmetryType.allCases.map(\.rawValue).filter { cases[$0] != nil }
        guard !types.isEmpty else { return nil }
        let rows = experiment.variants.map { variant in
            Table.Row(
                variant.title,
                types.map { type in
                    cell(
                        runs(variant, in: experiment).compactMap { $0.probe?[type]?.percent }, of: variant,
                        in: experiment)
                })
        }
        return try Table(
            caption: "Probe accuracy by kind of asymmetry", labelHeading: "Method",
            columns: types.map { Table.Column("type \($0) (n = \(cases[$0] ?? 0))", unit: "%", best: .highest) },
            rows: rows)
    }

    /// A pretrained pair under AsCL, by itself and beside it.
    func beside(_ experiment: Experiment) throws -> [Block] {
        [
            .paragraph(
                "All on the pair's own features: its patches are AsCL's regions, its picture vector the global feature, the "
                    + "states of its text tower the words. Mixed is S + e^m cos with a learned m."),
            .table(try recallTable("A pretrained pair on \(queries)", experiment.variants, in: experiment)),
        ] + (try probeTable(experiment).map { [.table($0)] } ?? []) + (try firstStages(experiment))
    }

    /// A variant's numbers for programs.
    struct Summary: Encodable {
        let experiment, variant, title: String
        let overrides: [String]
        let seeds: [Int]
        let measures: PerMeasure<MeanAndDeviation>?
        /// Against the first variant of the experiment.
        let comparison: PairedComparison?
        let failures: [String]
        /// Means over runs.
        let pairsPerSecond, multiplyAddsOfPair: Double?

        enum CodingKeys: String, CodingKey {
            case experiment, variant, title, overrides, seeds, measures, comparison, failures
            case pairsPerSecond = "pairs_per_second"
            case multiplyAddsOfPair = "multiply_adds_of_pair"
        }
    }

    func summaries() throws -> [Summary] {
        try Experiment.allCases.filter(hasRuns).flatMap { experiment in
            let reference = runs(experiment.variants[0], in: experiment)
            return try experiment.variants.map { variant in
                let own = runs(variant, in: experiment)
                var generator = SeededGenerator(seed: 0, stream: 11)
                let isFirst = variant == experiment.variants[0]
                return Summary(
                    experiment: experiment.rawValue, variant: variant.name, title: variant.title,
                    overrides: variant.overrides, seeds: own.map(\.seed),
                    measures: own.isEmpty ? nil : try SeedSummary(own.map(\.result.measures)).measures,
                    comparison: isFirst || own.isEmpty || reference.isEmpty
                        ? nil
                        : try PairedComparison(
                            own.map(\.ranks), with: reference.map(\.ranks), truth: truth, using: &generator),
                    failures: failures(of: experiment).filter { $0.name == variant.name }.map(\.reason),
                    pairsPerSecond: MeanAndDeviation(own.compactMap(\.pairsPerSecond))?.mean,
                    multiplyAddsOfPair: MeanAndDeviation(own.compactMap(\.multiplyAddsOfPair))?.mean)
            }
        }
    }
}

extension ProtocolStudy.Scoring {
    var title: String {
        switch self {
        case .honest: "honest: S"
        case .honestGlobal: "honest: global score alone"
        case .keptGlobals: "LEAKY: both global vectors kept from the matched pair"
        case .keptAttended: "LEAKY: the image keeps what it attended to in its caption"
        case .randomPartner: "control: the same with a random partner"
        }
    }
}
