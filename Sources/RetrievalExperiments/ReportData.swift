import AsCLBase
import Foundation
import RetrievalData
import RetrievalEvaluation
import RunReports

/// The outcomes of the runs of some experiments, read once, and what all their tables have in common.
struct ReportData {
    struct Failure {
        let name, title: String
        let seed: Int
        let reason: String
    }

    let runner: ExperimentRunner
    let truth: GroundTruth
    private(set) var failures: [Failure] = []
    private var results: [String: [RunResult]] = [:]
    private let seedsOf: [Experiment: Int]

    init(_ runner: ExperimentRunner, _ experiments: [Experiment], seeds: Int?) throws {
        self.runner = runner
        let test = runner.splits.test
        truth = try GroundTruth(imageOfCaption: test.imageOfCaption, imageCount: test.imageCount)
        seedsOf = Dictionary(uniqueKeysWithValues: experiments.map { ($0, seeds ?? $0.seeds) })
        for experiment in experiments {
            for variant in experiment.variants {
                let key = Self.key(variant, seedsOf[experiment] ?? 0)
                guard results[key] == nil else { continue }
                results[key] = []
                for seed in 0..<(seedsOf[experiment] ?? 0) {
                    switch try runner.outcome(variant, seed: seed) {
                    case .finished(let result): results[key, default: []].append(result)
                    case .failed(let reason):
                        let known = failures.contains { $0.name == variant.name && $0.seed == seed }
                        if !known {
                            failures.append(
                                Failure(name: variant.name, title: variant.title, seed: seed, reason: reason))
                        }
                    case nil: break
                    }
                }
            }
        }
    }

    private static func key(_ variant: Variant, _ seeds: Int) -> String { "\(variant.name)/\(seeds)" }

    /// The finished runs of a variant in an experiment, by seed.
    func runs(_ variant: Variant, in experiment: Experiment) -> [RunResult] {
        results[Self.key(variant, seedsOf[experiment] ?? 0)] ?? []
    }

    func seeds(of experiment: Experiment) -> Range<Int> { 0..<(seedsOf[experiment] ?? 0) }

    func hasRuns(_ experiment: Experiment) -> Bool {
        !failures(of: experiment).isEmpty || experiment.variants.contains { !runs($0, in: experiment).isEmpty }
    }

    func failures(of experiment: Experiment) -> [Failure] {
        let names = Set(experiment.variants.map(\.name))
        return failures.filter { names.contains($0.name) && seeds(of: experiment).contains($0.seed) }
    }

    /// A cell of the mean over runs; the reason where there are none because they failed.
    func cell(
        _ values: [Double], of variant: Variant, in experiment: Experiment, marks: [Table.Mark] = []
    ) -> Table.Cell {
        if let summary = MeanAndDeviation(values) { return .number(summary.estimate, marks: marks) }
        guard let failure = failures(of: experiment).first(where: { $0.name == variant.name }) else { return .empty }
        return .failed(reason: failure.reason)
    }

    /// The seven recalls of variants, each held against the first.
    /// - Parameter costs: Whether to tell what the score of a pair costs.
    func recallTable(
        _ caption: String, _ variants: [Variant], in experiment: Experiment, costs: Bool = false
    ) throws -> Table {
        let first = variants[0]
        let reference = runs(first, in: experiment)
        var rows: [Table.Row] = []
        for variant in variants {
            let own = runs(variant, in: experiment)
            var generator = SeededGenerator(seed: 0, stream: 11)
            let comparison =
                variant == first || own.isEmpty || reference.isEmpty
                ? nil
                : try PairedComparison(own.map(\.ranks), with: reference.map(\.ranks), truth: truth, using: &generator)
            let cells = RetrievalMeasure.allCases.map { measure in
                let isMarked = comparison.map { $0.measures[measure].pValue < 0.05 } ?? false
                let mark = Table.Mark("†", "p < 0.05 against \(first.title), paired over images")
                return cell(
                    own.map { $0.result.measures[measure] }, of: variant, in: experiment, marks: isMarked ? [mark] : [])
            }
            let minutes = cell(own.map { $0.trainingSeconds / 60 }, of: variant, in: experiment)
            let cost = costs ? costCells(own, of: variant, in: experiment) : []
            rows.append(Table.Row(title(of: variant, own), cells + [.text("\(own.count)"), minutes] + cost))
        }
        let recalls = [("image to text", ["R@1", "R@5", "R@10"]), ("text to image", ["R@1", "R@5", "R@10"])]
        let columns =
            recalls.flatMap { group, headings in
                headings.map { Table.Column($0, unit: "%", group: group, best: .highest) }
            } + [
                Table.Column("Rsum", best: .highest), Table.Column("seeds"),
                Table.Column("training", unit: "min"),
            ] + (costs ? Self.costColumns : [])
        return try Table(caption: caption, labelHeading: "Method", columns: columns, rows: rows)
    }

    /// What a row is called: that it is by shortlist, where its own title does not imply it.
    func title(of variant: Variant, _ runs: [RunResult]) -> String {
        let isByShortlist = variant.model == nil && runs.contains { $0.shortlist != nil }
        return variant.title + (isByShortlist ? ", by shortlist" : "")
    }

    /// What a pair's score costs, in thousands: pairs a second, multiply-adds.
    private static let costColumns = [
        Table.Column("pairs scored", unit: "1,000/s"),
        Table.Column("multiply-adds a pair", unit: "1,000"),
    ]

    private func costCells(_ runs: [RunResult], of variant: Variant, in experiment: Experiment) -> [Table.Cell] {
        [
            runs.compactMap(\.pairsPerSecond).map { $0 / 1e3 }, runs.compactMap(\.multiplyAddsOfPair).map { $0 / 1e3 },
        ].map { $0.isEmpty && !runs.isEmpty ? .empty : cell($0, of: variant, in: experiment) }
    }

    /// Bars of Rsum, one a variant.
    func rsumBars(_ variants: [Variant], in experiment: Experiment, axis: String) throws -> BarChart {
        try BarChart(
            categories: variants.map(\.title), categoryAxis: Axis(axis, sample: sample(experiment)),
            valueAxis: Axis("Rsum", unit: "sum of six recalls in %", sample: queries),
            series: [.init("Rsum", variants.map { rsum($0, in: experiment) })])
    }

    func rsum(_ variant: Variant, in experiment: Experiment) -> Estimate? {
        MeanAndDeviation(runs(variant, in: experiment).map(\.result.rsum))?.estimate
    }

    /// `3 runs`.
    func sample(_ experiment: Experiment) -> String {
        let counts = experiment.variants.map { runs($0, in: experiment).count }.filter { $0 > 0 }
        let (low, high) = (counts.min() ?? 0, counts.max() ?? 0)
        return low == high ? "\(high) runs" : "\(low) to \(high) runs"
    }

    /// `1000 images, 5000 captions`.
    var queries: String { "\(truth.imageCount) images, \(truth.captionCount) captions" }
}

extension MeanAndDeviation {
    var estimate: Estimate { Estimate(mean, deviation.map { .deviation($0) }) }
}
