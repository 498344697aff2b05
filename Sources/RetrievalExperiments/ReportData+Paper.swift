import AsCLBase
import RetrievalData
import RetrievalEvaluation
import RunReports

// The paper's tables and figures.
extension ReportData {
    func tableOne() throws -> [Block] {
        let runs = runs(.full, in: .table1)
        guard !runs.isEmpty else { return [] }
        var generator = SeededGenerator(seed: 0, stream: 12)
        let intervals = try BootstrapIntervals(runs.map(\.ranks), truth: truth, using: &generator)
        let columns = [
            Table.Column("mean over runs"), Table.Column("95 % interval over images"),
        ]
        let rows = RetrievalMeasure.allCases.map { measure in
            let interval = intervals.measures[measure]
            return Table.Row(
                measure.title,
                [
                    cell(runs.map { $0.result.measures[measure] }, of: .full, in: .table1),
                    .number(Estimate(interval.value, .interval(interval.lower, interval.upper))),
                ])
        }
        let variants = Experiment.table1.variants
        let settings = try variants.dropFirst().filter(\.isTrained).map { variant in
            let configuration = try variant.configuration(runner.base, seed: 0)
            let epochs = ["training.epochs=\(configuration.training.epochs)"]
            let before = ["pretraining.epochs=\(configuration.pretraining.epochs)"].filter { !$0.hasSuffix("=0") }
            return "\(variant.title): \((variant.overrides + epochs + before).joined(separator: " "))"
        }
        return [
            .paragraph(
                "Every system on the same photos, captions and features, nothing of it trained elsewhere but the text "
                    + "encoder, each by a recipe by which it learns at this size. Minutes are those of a run's training, "
                    + "which differ. Of SOHO and ViSTA the regions are cells of a grid, whatever they show. Costs are as in "
                    + "the baselines' table: pairs from features and words on, on a machine as busy as it was."),
            .table(
                try recallTable("AsCL and the systems of table 1 on \(queries)", variants, in: .table1, costs: true)),
        ] + shortlists(variants, in: .table1) + [
            .paragraph("What rows set besides the base configuration: \(settings.joined(separator: "; "))."),
            .paragraph(
                "AsCL: \(runs.count) runs that differ in their seed alone. The interval is the percentile bootstrap's: how far "
                    + "the mean would vary on other images of the same kind."),
            .table(
                try Table(
                    caption: "Recall of AsCL on \(queries)", labelHeading: "Measure", columns: columns, rows: rows)),
        ]
    }

    func tableOneAtEqualTime() throws -> [Block] {
        let variants = Variant.tableOneAtEqualTime
        return [
            .paragraph(
                "Table 1's rows with about as much time to train for each as UNITER takes, by factors that were measured "
                    + "once: minutes say what came of them. No row has more than ten times its epochs of table 1. The best "
                    + "epoch by validation is reported."),
            .table(
                try recallTable("The systems of table 1 by equal time on \(queries)", variants, in: .table1EqualTime)),
        ] + shortlists(variants, in: .table1EqualTime)
    }

    /// What is to be told of rows that were ranked by shortlist.
    private func shortlists(_ variants: [Variant], in experiment: Experiment) -> [Block] {
        variants.flatMap { variant in
            runs(variant, in: experiment).compactMap { run in
                run.shortlist.map { .notice("\(variant.title), seed \(run.seed), \($0).") }
            }
        }
    }

    func ablations() throws -> [Block] {
        [
            .table(try recallTable("Ablations on \(queries)", Variant.ablations, in: .ablations)),
            .figure(
                Figure(
                    caption: "Rsum of the ablations; bars are means, whiskers one deviation over seeds",
                    chart: .bars(try rsumBars(Variant.ablations, in: .ablations, axis: "variant")))),
        ]
    }

    func equalTime() throws -> [Block] {
        [
            .paragraph(
                "A step without generated samples costs a fraction of a step with them. Here each method trains as many "
                    + "epochs as fit into the time that the full method takes; its schedule stretches with them."),
            .table(
                try recallTable(
                    "Ablations by equal time on \(queries)", Variant.ablationsAtEqualTime, in: .equalTime)),
        ]
    }

    func samples() throws -> [Block] {
        let noise = Variant.noiseLevels.flatMap { level in
            Variant.noiseKinds.filter { $0 != "shuffle" || level == "embeddings" }.map { kind in
                (variant: Variant.noise(kind, level: level), level: level)
            }
        }
        let byKind = try BarChart(
            categories: Variant.noiseKinds, categoryAxis: Axis("kind of noise", sample: sample(.samples)),
            valueAxis: Axis("Rsum", unit: "sum of six recalls in %", sample: queries),
            series: Variant.noiseLevels.map { level in
                BarChart.Series(
                    "on the \(level)",
                    Variant.noiseKinds.map { kind in
                        kind == "shuffle" && level == "words"
                            ? nil : rsum(.noise(kind, level: level), in: .samples)
                    })
            })
        let titled = noise.map { Variant($0.variant.name, "\($0.variant.title), \($0.level)", $0.variant.overrides) }
        return [
            .table(try recallTable("Kinds of generated positives", Variant.positives, in: .samples)),
            .figure(
                Figure(
                    caption: "Rsum by kind of generated positives",
                    chart: .bars(try rsumBars(Variant.positives, in: .samples, axis: "positives")))),
            .paragraph(
                "No score depends on the order of words after the text encoder, so shuffling can only act before it, on "
                    + "the embeddings."),
            .table(
                try recallTable(
                    "Kinds of noise in generated negatives, each held against the first", titled, in: .samples)),
            .figure(Figure(caption: "Rsum by kind of noise and where it acts", chart: .bars(byKind))),
        ]
    }

    func geometry() throws -> [Block] {
        let variants = Experiment.geometry.variants
        typealias Distance = (name: String, of: (EmbeddingGeometry) -> Double?)
        let distances: [Distance] = [
            ("image to its texts", { $0.imageTextAlignment?.mean }),
            ("texts of an image", { $0.textTextAlignment?.mean }),
            ("images", { $0.imageUniformity?.mean }),
            ("texts of different images", { $0.textUniformity?.mean }),
        ]
        let variances: [Distance] = [
            ("variance, images", { $0.imageUniformity?.variance }),
            ("variance, texts of different images", { $0.textUniformity?.variance }),
        ]
        func values(
            _ variant: Variant, _ distance: Distance, _ geometry: (RunResult) -> EmbeddingGeometry? = { $0.geometry }
        ) -> [Double] {
            runs(variant, in: .geometry).compactMap { geometry($0).flatMap(distance.of) }
        }
        let rows = (distances + variances).map { distance in
            Table.Row(
                distance.name,
                variants.map { cell(values($0, distance), of: $0, in: .geometry) }
                    + variants.map { cell(values($0, distance, { $0.plainGeometry }), of: $0, in: .geometry) })
        }
        func columns(_ group: String) -> [Table.Column] {
            variants.map { Table.Column($0.title, group: group, digits: 3) }
        }
        let chart = try BarChart(
            categories: distances.map(\.name), categoryAxis: Axis("pairs", sample: sample(.geometry)),
            valueAxis: Axis("mean Euclidean distance", unit: "of unit vectors, 0 to 2", sample: queries),
            series: variants.map { variant in
                BarChart.Series(variant.title, distances.map { MeanAndDeviation(values(variant, $0))?.estimate })
            })
        return [
            .paragraph(
                "Embeddings that have met no partner, so that none leaks in: global vectors under attention to all alike, "
                    + "and, the definition before, without attention, whose image and text live in different directions "
                    + "since training never compares them. Alignment wants right pairs close (the first two "
                    + "rows small), uniformity everything else far apart (the next two large)."),
            .table(
                try Table(
                    caption: "Distances of embeddings on \(queries)", labelHeading: "Pairs",
                    columns: columns("under uniform attention") + columns("without attention"), rows: rows)),
            .figure(Figure(caption: "Alignment and uniformity, under uniform attention", chart: .bars(chart))),
        ]
    }

    /// 1,000 sampled queries (docs/method.md, Evaluation).
    func lengths() throws -> [Block] {
        let captions = runner.splits.test.captions
        var generator = SeededGenerator(seed: 0, stream: 13)
        var places = Array(captions.indices)
        generator.shuffle(&places)
        let sample = places.prefix(1000).sorted()
        let counts = sample.map { captions[$0].split(whereSeparator: \.isWhitespace).count }
        var series: [LineChart.Series] = []
        var rows: [Table.Row] = []
        var ticks: [LineChart.Tick] = []
        for variant in Experiment.lengths.variants {
            let bins = try runs(variant, in: .lengths).map { run in
                try QueryLengthBins(ranks: sample.map { run.ranks.textToImage[$0] }, wordCounts: counts).bins
            }
            guard let first = bins.first else { continue }
            let recalls = first.indices.map { bin in MeanAndDeviation(bins.compactMap { $0[bin].recall?.r1 }) }
            let points = recalls.enumerated().compactMap { bin, recall in
                recall.map { LineChart.Point(at: Double(bin), $0.estimate) }
            }
            ticks = first.enumerated().map { bin, length in
                LineChart.Tick(at: Double(bin), "\(length.words) (n = \(length.recall?.queries ?? 0))")
            }
            series.append(LineChart.Series(variant.title, points))
            rows.append(Table.Row(variant.title, recalls.map { $0.map { .number($0.estimate) } ?? .empty }))
        }
        guard !series.isEmpty else { return [] }
        let chart = try LineChart(
            horizontal: Axis("words of the caption", sample: "\(sample.count) sampled captions"),
            vertical: Axis("text-to-image R@1", unit: "%", sample: self.sample(.lengths)), ticks: ticks, series: series)
        return [
            .table(
                try Table(
                    caption: "Text-to-image R@1 by the caption's number of words, \(sample.count) sampled captions",
                    labelHeading: "Method", columns: ticks.map { Table.Column($0.label, unit: "%") }, rows: rows)),
            .figure(Figure(caption: "Text-to-image R@1 by query length", chart: .lines(chart))),
        ]
    }
}

extension RetrievalMeasure {
    var title: String {
        switch self {
        case .imageToTextR1: "image to text R@1 (%)"
        case .imageToTextR5: "image to text R@5 (%)"
        case .imageToTextR10: "image to text R@10 (%)"
        case .textToImageR1: "text to image R@1 (%)"
        case .textToImageR5: "text to image R@5 (%)"
        case .textToImageR10: "text to image R@10 (%)"
        case .rsum: "Rsum"
        }
    }
}
