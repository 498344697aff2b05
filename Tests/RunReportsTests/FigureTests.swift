import AsCLBase
import Foundation
import Testing

@testable import RunReports

struct FigureTests {
    private func drawn(_ chart: Figure.Chart, caption: String = "Caption", id: String = "f1") throws -> String {
        try Figure(caption: caption, chart: chart).svg(id: id, drawnBy: Gnuplot())
    }

    @Test func `bars say what they are`() throws {
        let svg = try drawn(.bars(Samples.bars()))
        let texts = try Page(svg).texts("text")
        for text in [
            "R@1", "R@5", "full model", "no fusion", "variant, n = 5 runs each", "recall (%), n = 1,000 images",
            "no value",
        ] {
            #expect(texts.contains(text), "\(text) in \(texts)")
        }
        // Told apart without colour, one filled and one hatched.
        #expect(svg.contains("fill-opacity"))
        #expect(svg.contains("<pattern"))
    }

    @Test func `lines say what they are`() throws {
        let svg = try drawn(.lines(Samples.lines()))
        let texts = try Page(svg).texts("text")
        for text in [
            "dual encoder", "lexicon", "10", "100 (10%)", "shortlist (images), n = 1,000 images",
            "recall of the top 10 (%)", "n = 5,000 captions",
        ] {
            #expect(texts.contains(text), "\(text) in \(texts)")
        }
        #expect(svg.contains("stroke-dasharray"))
    }

    /// 20 of 10 to 100 stands at a ninth of a linear axis, and at 0.3 of a logarithmic one.
    @Test(arguments: [(false, 0.11), (true, 0.30)])
    func `positions follow the axis`(isLogarithmic: Bool, expected: Double) throws {
        let svg = try drawn(.lines(Samples.lines(isLogarithmic: isLogarithmic)))
        let places = try ["10", "20", "100 (10%)"].map { label in
            let before = try #require(svg.components(separatedBy: "<text>\(label)</text>").first)
            let number = try #require(before.components(separatedBy: "translate(").last).prefix { $0 != "," }
            return try #require(Double(number))
        }
        #expect(abs((places[1] - places[0]) / (places[2] - places[0]) - expected) < 0.01)
    }

    @Test func `hostile text is only text`() throws {
        let page = try Page(
            try drawn(
                .bars(Samples.bars(name: Samples.hostile, category: "100% 'a' `ls` {b}_c")), caption: Samples.hostile))
        #expect(page.texts("text").contains(Samples.hostile))
        #expect(page.texts("text").contains("100% 'a' `ls` {b}_c"))
        #expect(page.texts("title") == [Samples.hostile])
        #expect(!page.elements.contains("script"))
    }

    @Test func `control characters are shown`() throws {
        let page = try Page(try drawn(.bars(Samples.bars(name: "a\u{0}b\u{1B}\nc\td"))))
        #expect(page.texts("text").contains("a␀b␛ c d"))
    }

    @Test func `ids are the figure's own`() throws {
        let page = try Page(try drawn(.bars(Samples.bars()), id: "figure-7"))
        #expect(page.ids.allSatisfy { $0.hasPrefix("figure-7-") })
        #expect(Set(page.ids).count == page.ids.count)
        #expect(!page.references.isEmpty)
        #expect(Set(page.references).isSubset(of: page.ids))
    }

    @Test func `a figure describes itself`() throws {
        let page = try Page(try drawn(.lines(Samples.lines())))
        #expect(page.texts("title") == ["Caption"])
        #expect(
            page.texts("desc") == [
                "recall of the top 10 (%), n = 5,000 captions by shortlist (images), n = 1,000 images: dual encoder; lexicon."
            ])
    }

    @Test func `long labels are broken`() throws {
        let axis = Axis("a", sample: "1")
        let categories = (0..<6).map { "without positives \($0)" }
        let chart = try BarChart(
            categories: categories, categoryAxis: axis, valueAxis: axis,
            series: [.init("s", categories.map { _ in Estimate(1) })])
        let texts = try Page(try drawn(.bars(chart))).texts("text")
        #expect(texts.contains("without"))
        #expect(texts.contains("positives 3"))
    }

    /// What leaves gnuplot without a range of its own.
    @Test func `flat and missing values are drawn`() throws {
        let axis = Axis("a", sample: "1")
        let bars = try BarChart(
            categories: ["x"], categoryAxis: axis, valueAxis: axis,
            series: [.init("s", [nil]), .init("t", [Estimate(0)])])
        #expect(try Page(try drawn(.bars(bars))).texts("text").contains("no value"))
        let none = try BarChart(
            categories: ["x"], categoryAxis: axis, valueAxis: axis, series: [.init("s", [nil])])
        #expect(try Page(try drawn(.bars(none))).texts("text").contains("no value"))
        let lines = try LineChart(
            horizontal: axis, vertical: axis, series: [.init("s", [.init(at: 0, Estimate(0))])])
        #expect(try Page(try drawn(.lines(lines))).texts("text").contains("s"))
    }

    @Test func `bars that cannot be drawn are refused`() {
        let axis = Axis("recall", sample: "1")
        func refusal(_ series: [BarChart.Series], categories: [String] = ["x", "y"]) -> String? {
            #expect(throws: InputError.self) {
                try BarChart(categories: categories, categoryAxis: axis, valueAxis: axis, series: series)
            }?.description
        }
        #expect(refusal([]) == "bars of recall: expected 1 to 8 series, so many can be told apart, found 0")
        #expect(refusal([], categories: []) == "bars of recall: expected categories, found none")
        #expect(
            refusal((0..<9).map { .init("\($0)", [nil, nil]) })
                == "bars of recall: expected 1 to 8 series, so many can be told apart, found 9")
        #expect(
            refusal([.init("a", [nil, nil]), .init("a", [nil, nil])])
                == #"bars of recall, series 2: expected a name of its own, found "a""#)
        #expect(
            refusal([.init(" ", [nil, nil])]) == #"bars of recall, series 1: expected a name of its own, found " ""#)
        #expect(
            refusal([.init("a", [nil])]) == #"series "a": expected 2 values, one for each category, found 1"#)
        #expect(
            refusal([.init("a", [nil, Estimate(.infinity)])])
                == #"series "a", category "y": expected finite numbers, found inf, from inf to inf"#)
    }

    @Test func `lines that cannot be drawn are refused`() {
        let axis = Axis("recall", sample: "1")
        func refusal(_ points: [LineChart.Point]) -> String? {
            #expect(throws: InputError.self) {
                try LineChart(horizontal: axis, vertical: axis, isLogarithmic: true, series: [.init("a", points)])
            }?.description
        }
        #expect(refusal([]) == #"series "a": expected points, found none"#)
        #expect(
            refusal([.init(at: 1, Estimate(1)), .init(at: 2, Estimate(.nan))])
                == #"series "a", point 2: expected finite numbers, found nan, from nan to nan"#)
        #expect(
            refusal([.init(at: 0, Estimate(1))])
                == #"series "a", point 1, position: expected a number above 0, found 0.0"#)
    }
}
