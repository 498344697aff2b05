import Foundation

@testable import RunReports

/// Small reports' parts that several tests use.
enum Samples {
    /// What breaks a writer that does not escape: HTML, gnuplot's quotes, commands, formats and enhanced text.
    static let hostile = #"</text><script>alert("1")</script> & 'q' `touch x` $(ls) {a}_b^c @d %e \n |*#~ é"#

    static let mark = Table.Mark("†", "p < 0.05 against the full model")

    static func number(_ value: Double, _ deviation: Double? = nil, _ marks: [Table.Mark] = []) -> Table.Cell {
        .number(Estimate(value, deviation.map { .deviation($0) }), marks: marks)
    }

    static func table(caption: String = "Ablations", label: String = "full model") throws -> Table {
        try Table(
            caption: caption, labelHeading: "Method",
            columns: [
                .init("R@1", unit: "%", group: "image to text", best: .highest),
                .init("R@5", unit: "%", group: "image to text", best: .highest),
                .init("loss", digits: 2, best: .lowest),
            ],
            rows: [
                .init(label, [number(58.34, 0.4), number(84, 0.3), number(0.5)]),
                .init("no fusion", [number(8.1, 10.2, [mark]), number(84.04), number(-0.25)]),
                .init("triplet", [.failed(reason: "out of memory"), .empty, .failed(reason: "loss is NaN")]),
                .init("no samples", [.failed(reason: "out of memory"), number(70), .text("none")]),
            ])
    }

    static func bars(name: String = "R@1", category: String = "full model") throws -> BarChart {
        try BarChart(
            categories: [category, "no fusion"], categoryAxis: Axis("variant", sample: "5 runs each"),
            valueAxis: Axis("recall", unit: "%", sample: "1,000 images"),
            series: [
                .init(name, [Estimate(58.3, .deviation(0.4)), nil]),
                .init("R@5", [Estimate(84.1, .interval(83, 84.5)), Estimate(80)]),
            ])
    }

    static func lines(isLogarithmic: Bool = true) throws -> LineChart {
        try LineChart(
            horizontal: Axis("shortlist", unit: "images", sample: "1,000 images"),
            vertical: Axis("recall of the top 10", unit: "%", sample: "5,000 captions"),
            isLogarithmic: isLogarithmic,
            ticks: [.init(at: 10, "10"), .init(at: 20, "20"), .init(at: 100, "100 (10%)")],
            series: [
                .init("dual encoder", [.init(at: 10, Estimate(40, .deviation(2))), .init(at: 100, Estimate(90))]),
                .init("lexicon", [.init(at: 10, Estimate(50)), .init(at: 100, Estimate(95))]),
            ])
    }

    static func report(_ blocks: [Block], title: String = "Results", sections: Int = 1) -> Report {
        Report(
            title: title, subtitle: "Flickr8k dev",
            sections: (1...sections).map { Section("Part \($0)", id: "part\($0)", blocks: $0 == 1 ? blocks : []) })
    }

    /// A folder of its own, removed by the caller.
    static func newFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        return folder
    }
}
