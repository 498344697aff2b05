import RetrievalEvaluation
import RunReports

// What first stages keep of AsCL's ranking, and what they cost.
extension ReportData {
    /// A first stage with the studies of its runs.
    private struct Row {
        let variant: Variant
        let studies: [FirstStageStudy]

        /// The values of each run's study that has one.
        func values(_ value: (FirstStageStudy) -> Double?) -> [Double] { studies.compactMap(value) }
    }

    /// The section of an experiment's first stages; nothing where none has been looked at.
    func firstStages(_ experiment: Experiment) throws -> [Block] {
        let rows = try experiment.firstStages.map { variant in
            Row(
                variant: variant,
                studies: try seeds(of: experiment).compactMap { try runner.firstStageStudy(variant, seed: $0) })
        }.filter { !$0.studies.isEmpty }
        guard let sizes = rows.first?.studies.first?.rows.map(\.size) else { return [] }
        let teacher = runs(.full, in: experiment)
        let r1 = MeanAndDeviation(teacher.map(\.result.textToImage.r1))?.description ?? "-"
        let r10 = MeanAndDeviation(teacher.map(\.result.textToImage.r10))?.description ?? "-"
        let chart = try LineChart(
            horizontal: Axis("shortlist size", unit: "images", sample: queries),
            vertical: Axis("AsCL's top 10 in the shortlist", unit: "%", sample: sample(experiment)),
            isLogarithmic: true, series: rows.map { series($0, sizes, experiment) })
        return [
            .paragraph(
                "Held against AsCL's scores of the same seed, which, ranking every image, reaches R@1 \(r1) and R@10 "
                    + "\(r10) %. Bytes a picture and microseconds a query are those of the search here: a scan of "
                    + "vectors as 8-bit codes and float16, or an inverted index in memory, an encoded caption at a time, on "
                    + "one thread. The collections are these pictures over and over again."),
            .table(try kept(rows, sizes, experiment)),
            .figure(Figure(caption: "Share of AsCL's top 10 in the shortlist", chart: .lines(chart))),
            .table(try ranked(rows, sizes, experiment)),
            .table(
                try recallTable(
                    "The encoders alone, without ranking anew", [.full] + rows.map(\.variant), in: experiment)),
        ] + rows.compactMap(terms)
    }

    private func series(_ row: Row, _ sizes: [Int], _ experiment: Experiment) -> LineChart.Series {
        let points = sizes.indices.compactMap { place in
            MeanAndDeviation(row.values { $0.rows[place].teacherTop }).map {
                LineChart.Point(at: Double(sizes[place]), $0.estimate)
            }
        }
        return LineChart.Series(row.variant.title, points)
    }

    private func kept(_ rows: [Row], _ sizes: [Int], _ experiment: Experiment) throws -> Table {
        let collections = rows.first?.studies.first?.cost?.searches.map(\.pictures) ?? []
        var columns = sizes.map { size in
            Table.Column("\(size)", unit: "%", group: "kept, by shortlist size", best: .highest)
        }
        columns.append(Table.Column("bytes a picture"))
        columns += collections.map { Table.Column("\($0) pictures", unit: "µs", group: "a query among") }
        let tableRows = rows.map { row in
            var values: [[Double]] = sizes.indices.map { place in row.values { $0.rows[place].teacherTop } }
            values.append(row.values { $0.cost?.bytesPerPicture })
            for pictures in collections {
                values.append(
                    row.values { study in
                        study.cost?.searches.first { $0.pictures == pictures }.map { $0.seconds * 1e6 }
                    })
            }
            return Table.Row(row.variant.title, values.map { cell($0, of: row.variant, in: experiment) })
        }
        return try Table(
            caption: "What a shortlist keeps of AsCL's top 10, text to image, \(queries)", labelHeading: "Encoder",
            columns: columns, rows: tableRows)
    }

    private func ranked(_ rows: [Row], _ sizes: [Int], _ experiment: Experiment) throws -> Table {
        try Table(
            caption: "Shortlists ranked anew by AsCL, text to image, \(queries)",
            labelHeading: "Encoder, shortlist size",
            columns: [Table.Column("R@1", unit: "%"), Table.Column("R@10", unit: "%")],
            rows: rows.flatMap { row in
                sizes.indices.map { place in
                    let recalls = [row.values { $0.rows[place].r1 }, row.values { $0.rows[place].r10 }]
                    return Table.Row(
                        "\(row.variant.title), \(sizes[place])",
                        recalls.map { cell($0, of: row.variant, in: experiment) })
                }
            })
    }

    /// What an index of terms holds.
    private func terms(_ row: Row) -> Block? {
        row.studies.first?.index.map {
            .paragraph(
                "\(row.variant.title): the index keeps the heaviest \(Int($0.termsPerItem.rounded())) terms an image on the "
                    + "average.")
        }
    }
}
