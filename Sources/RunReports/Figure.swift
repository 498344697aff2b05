import AsCLBase
import Foundation

/// A drawing of results. Its kinds can be told apart in black and white.
package struct Figure: Sendable {
    /// What is drawn.
    package enum Chart: Sendable {
        /// Groups of bars with error bars.
        case bars(BarChart)
        /// Points with error bars, joined by lines.
        case lines(LineChart)
    }

    /// What the figure shows and how its numbers came about.
    package let caption: String
    /// What is drawn.
    package let chart: Chart

    /// A chart and its caption.
    package init(caption: String, chart: Chart) {
        self.caption = caption
        self.chart = chart
    }

    /// The figure as SVG to stand in a page: no XML declaration, `id` before every id inside it.
    /// - Throws: When gnuplot is missing, fails or does not end.
    func svg(id: String, drawnBy gnuplot: Gnuplot) throws(InputError) -> String {
        let script =
            switch chart {
            case .bars(let chart): chart.script
            case .lines(let chart): chart.script
            }
        let drawing = try gnuplot.run(Self.canvas + script, place: "figure \"\(caption)\"")
        return try EmbeddedSVG(drawing, id: id, title: caption, description: description).text
    }

    /// What a reader who cannot see the figure is told.
    private var description: String {
        let (horizontal, vertical, names) =
            switch chart {
            case .bars(let chart): (chart.categoryAxis.title, chart.valueAxis.title, chart.series.map(\.name))
            case .lines(let chart): (chart.horizontal.title, chart.vertical.title, chart.series.map(\.name))
            }
        return "\(vertical) by \(horizontal): \(names.joined(separator: "; "))."
    }

    /// Canvas, frame and legend that all charts share. The size is in pixels of the page.
    private static let canvas = """
        set encoding utf8
        set terminal svg size \(ChartStyle.width),420 noenhanced font 'sans-serif,15' linewidth 1.2 background 'white'
        set border 3
        set tics nomirror out scale 0.6
        set grid ytics lt 1 lw 0.5 lc rgb '#bbbbbb'
        set key outside top center horizontal Left reverse samplen 3
        set format y '%g'

        """
}

/// What an axis measures.
package struct Axis: Sendable, Equatable {
    /// The quantity, such as `text-to-image R@1`.
    package let label: String
    /// Its unit; nil for a pure number or names.
    package let unit: String?
    /// How many of what stand behind each mark along it, such as `5 runs`; shown as `n = 5 runs`.
    package let sample: String

    /// A quantity, its unit and the size of the sample.
    package init(_ label: String, unit: String? = nil, sample: String) {
        self.label = label
        self.unit = unit
        self.sample = sample
    }

    /// `label (unit), n = sample`.
    var title: String { "\(quantity), n = \(sample)" }

    /// `label (unit)`.
    var quantity: String { unit.map { "\(label) (\($0))" } ?? label }
}
