import AsCLBase
import PictureSearch
import RunReports

/// The page of a calibration: the reliability diagram, what cut-offs do, what was tried.
enum CalibrationPage {
    /// Writes the page, whole or not at all.
    static func write(_ report: CalibrationReport, to path: String) throws {
        try Report(
            title: "How far a search is to be believed",
            subtitle: "\(report.pictures) pictures; fitted to \(report.fittedSentences) captions of "
                + "\(report.fittedPictures), measured on \(report.measuredSentences) of \(report.measuredPictures) others",
            sections: [
                Section("Reliability", id: "reliability", blocks: [try diagram(report), try measures(report)]),
                Section("Cut-offs", id: "cut-offs", blocks: [try cutOffs(report)]),
                Section("What was looked at", id: "features", blocks: [try trials(report)]),
            ]
        ).write(to: path)
    }

    private static func diagram(_ report: CalibrationReport) throws -> Block {
        func points(_ reliability: Reliability) -> [LineChart.Point] {
            reliability.bins.map { LineChart.Point(at: $0.promised, Estimate($0.found)) }
        }
        let ideal = [0.0, 1].map { LineChart.Point(at: $0, Estimate($0)) }
        let chart = try LineChart(
            horizontal: Axis("probability that is told", sample: "\(report.measuredSentences) captions"),
            vertical: Axis("share that is right", sample: "\(report.pictures) pictures each"),
            series: report.sides.map { LineChart.Series($0.name, points($0.of)) }
                + [LineChart.Series("what is told is so", ideal)])
        return .figure(
            Figure(
                caption: "Pairs of a caption and a picture, by the probability that the picture is the one that the "
                    + "caption was written about.", chart: .lines(chart)))
    }

    private static func measures(_ report: CalibrationReport) throws -> Block {
        .table(
            try Table(
                caption: "Summed over the pictures, means over the captions.", labelHeading: "",
                columns: ["Log-loss", "Brier", "Calibration error"].map { Table.Column($0, digits: 3, best: .lowest) },
                rows: report.sides.map { name, reliability in
                    Table.Row(
                        name,
                        [reliability.logLoss, reliability.brier, reliability.calibrationError].map {
                            .number(Estimate($0))
                        })
                }))
    }

    private static func cutOffs(_ report: CalibrationReport) throws -> Block {
        .table(
            try Table(
                caption:
                    "The first cut-off of each is the one that searches use. False hits: captions for which something "
                    + "is shown though their picture was taken out of the collection.",
                labelHeading: "",
                columns: [
                    Table.Column("Cut-off", unit: "%", digits: 2), Table.Column("Own picture shown", unit: "%"),
                    Table.Column("Pictures shown"), Table.Column("Of them own", unit: "%"),
                    Table.Column("False hits", unit: "%"),
                ],
                rows: report.sides.flatMap { name, reliability in
                    reliability.cutOffs.map { cut in
                        Table.Row(
                            name,
                            [100 * cut.least, 100 * cut.recall, cut.shown, 100 * cut.precision, 100 * cut.falseHits]
                                .map { .number(Estimate($0)) })
                    }
                }))
    }

    private static func trials(_ report: CalibrationReport) throws -> Block {
        .table(
            try Table(
                caption: "Log-loss on a third of the fitted pictures' captions, kept back; the first serves.",
                labelHeading: "Features", columns: [Table.Column("Log-loss", digits: 4, best: .lowest)],
                rows: report.trials.map { trial in
                    Table.Row(
                        trial.features.map(\.rawValue).joined(separator: ", "), [.number(Estimate(trial.logLoss))])
                }))
    }
}
