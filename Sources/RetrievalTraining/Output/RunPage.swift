import AsCLBase
package import Foundation
import RetrievalModels
import RunReports
import Torch

/// The page of a run, `run.html` in its folder: results, curves, what a few sentences find, settings. Written anew after
/// each validation.
package final class RunPage {
    /// A picture for the page by its name in the data, as JPEG.
    package typealias Picture = (String) throws -> Data

    private let run: TrainingRun
    private let picture: Picture?
    private var pictures: [String: PictureRow.Picture] = [:]
    private var hasFailed = false

    /// - Parameter picture: Makes small pictures, where those of the data are at hand.
    package init(_ run: TrainingRun, picture: Picture? = nil) {
        self.run = run
        self.picture = picture
    }

    /// Writes the page. A run does not end of a page: what stands in its way is told once.
    func write(to folder: RunFolder, _ retrievals: [SampleRetrievals.Retrieval], onEvent: (TrainingEvent) -> Void) {
        do {
            let report = try report(RunCurves(log: folder.file("log.jsonl")), retrievals)
            try report.write(to: folder.file(Self.file))
        } catch {
            if !hasFailed { onEvent(.notice("\(folder.file(Self.file)) is not written: \(error)")) }
            hasFailed = true
        }
    }

    /// A picture of the data, or why there is none; nil where pictures are not at hand. Kept for the next time.
    func picture(_ name: String) -> PictureRow.Picture? {
        guard let picture else { return nil }
        if let known = pictures[name] { return known }
        let made: PictureRow.Picture
        do { made = .jpeg(try picture(name)) } catch { made = .problem("\(error)") }
        pictures[name] = made
        return made
    }

    /// Its name in the run's folder.
    static let file = "run.html"

    private func report(_ curves: RunCurves, _ retrievals: [SampleRetrievals.Retrieval]) throws -> Report {
        let (train, validation) = (run.train, run.validation)
        return Report(
            title: "Training of \(run.configuration.model.method.rawValue)",
            subtitle: "\(train.imageCount) images with \(train.captions.count) captions of \(train.name), validated on "
                + "\(validation.imageCount) with \(validation.captions.count) of \(validation.name)",
            sections: [
                Section("Validations", id: "validations", blocks: try validations(curves)),
                Section("Curves", id: "curves", blocks: try figures(curves)),
                Section("What sentences find", id: "sentences", blocks: sentences(retrievals)),
                Section("Settings", id: "settings", blocks: try settings()),
            ])
    }

    /// A table of all validations, the last ones where they are many.
    private func validations(_ curves: RunCurves) throws -> [Block] {
        let most = 30
        let rsums = curves("validation_rsum")
        let columns = [
            ("epoch", nil as String?, 0), ("validation_i2t_r1", "image to text", 1),
            ("validation_i2t_r5", "image to text", 1),
            ("validation_i2t_r10", "image to text", 1), ("validation_t2i_r1", "text to image", 1),
            ("validation_t2i_r5", "text to image", 1), ("validation_t2i_r10", "text to image", 1),
            ("validation_rsum", nil, 1),
        ]
        let headings = ["Epoch", "R@1", "R@5", "R@10", "R@1", "R@5", "R@10", "Rsum"]
        let values = columns.map { name, _, _ in
            Dictionary(curves(name).map { ($0.step, $0.value) }) { $1 }
        }
        let rows = rsums.suffix(most).map { step, _ in
            Table.Row("\(step)", values.map { $0[step].map { .number(Estimate($0)) } ?? .empty })
        }
        let left = rsums.count > most ? "; the last \(most) of \(rsums.count)" : ""
        return [
            .table(
                try Table(
                    caption: "Recalls in percent after each validation\(left). The model of the best Rsum is kept.",
                    labelHeading: "Step",
                    columns: zip(headings, columns).map { heading, column in
                        Table.Column(
                            heading, group: column.1, digits: column.2, best: heading == "Epoch" ? nil : .highest)
                    },
                    rows: Array(rows)))
        ]
    }

    private func figures(_ curves: RunCurves) throws -> [Block] {
        let steps = Axis("step", sample: "1 run")
        let queries = "\(run.validation.imageCount) images, \(run.validation.captions.count) captions"
        let losses =
            [curves.series("loss", "loss")]
            + curves.names("loss_").map {
                curves.series($0.dropFirst(5).description, $0)
            }
        let recalls = [("i2t", "image to text"), ("t2i", "text to image")].flatMap { key, title in
            [1, 5, 10].map { curves.series("\(title) R@\($0)", "validation_\(key)_r\($0)") }
        }
        let charts: [(caption: String, axis: Axis, series: [LineChart.Series?])] = [
            (
                "The loss and its parts, means over logged steps.", Axis("loss", sample: "one batch a step"), losses
            ),
            ("Recalls on the validation split.", Axis("recall", unit: "%", sample: queries), recalls),
            (
                "The learning rate.", Axis("learning rate", sample: "1"),
                [curves.series("learning rate", "learning_rate")]
            ),
            (
                "The learnt temperature.", Axis("temperature", sample: "1"),
                [curves.series("temperature", "temperature")]
            ),
        ]
        let blocks: [Block] = try charts.compactMap { caption, axis, series in
            let series = series.compactMap(\.self)
            guard !series.isEmpty else { return nil }
            return .figure(
                Figure(
                    caption: caption, chart: .lines(try LineChart(horizontal: steps, vertical: axis, series: series))))
        }
        return blocks.isEmpty ? [.paragraph("A curve takes two points; there are fewer yet.")] : blocks
    }

    private func sentences(_ retrievals: [SampleRetrievals.Retrieval]) -> [Block] {
        [
            .paragraph(
                "Captions from all over \(run.validation.name), and the images that score best with each; its own image "
                    + "is framed."),
            .pictures(
                retrievals.map { retrieval in
                    PictureRow(
                        retrieval.sentence,
                        note: "its own image has rank \(retrieval.rank) of \(run.validation.imageCount)",
                        entries: retrieval.hits.map {
                            PictureRow.Entry(
                                $0.name, note: String(format: "%.3f", $0.score), picture: picture($0.name),
                                isMarked: $0.isRight)
                        })
                }),
        ]
    }

    private func settings() throws -> [Block] {
        [
            .settings([
                Setting("parameters", "\(run.model.parameters.valueCount)"),
                Setting("device", "\(run.model.device)"),
                Setting("threads", "\(Torch.threadCount)"),
                Setting("ascl", Version.current),
            ]),
            .code(try run.configuration.yaml()),
        ]
    }
}
