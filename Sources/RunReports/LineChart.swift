package import AsCLBase
import Foundation

/// Points over a number, joined by lines.
package struct LineChart: Sendable {
    /// One line.
    package struct Series: Sendable {
        /// Its name in the legend.
        package let name: String
        /// Its points, from left to right.
        package let points: [Point]

        /// A named line.
        package init(_ name: String, _ points: [Point]) {
            self.name = name
            self.points = points
        }
    }

    /// One point of a line.
    package struct Point: Sendable {
        /// Where on the horizontal axis.
        package let position: Double
        /// What was measured there.
        package let estimate: Estimate

        /// A number measured at a position.
        package init(at position: Double, _ estimate: Estimate) {
            self.position = position
            self.estimate = estimate
        }
    }

    /// A labelled place on the horizontal axis.
    package struct Tick: Sendable {
        /// Where.
        package let position: Double
        /// What stands below it.
        package let label: String

        /// A label at a position.
        package init(at position: Double, _ label: String) {
            self.position = position
            self.label = label
        }
    }

    /// What is varied.
    package let horizontal: Axis
    /// What is measured.
    package let vertical: Axis
    /// Whether equal steps to the right multiply.
    package let isLogarithmic: Bool
    /// The labels of the horizontal axis; none leaves round numbers to gnuplot.
    package let ticks: [Tick]
    /// The lines, in the order of the legend.
    package let series: [Series]

    /// Lines over one axis.
    /// - Parameter isLogarithmic: Whether equal steps to the right multiply.
    /// - Parameter ticks: The labels of the horizontal axis, such as bins; none leaves round numbers to gnuplot.
    /// - Throws: When there are no or too many series, a series lacks a name or points, or a number is not finite, lies
    ///   outside its own spread, or is a position that a logarithmic axis does not have.
    package init(
        horizontal: Axis, vertical: Axis, isLogarithmic: Bool = false, ticks: [Tick] = [], series: [Series]
    ) throws(InputError) {
        self.horizontal = horizontal
        self.vertical = vertical
        self.isLogarithmic = isLogarithmic
        self.ticks = ticks
        self.series = series
        try ChartStyle.check(names: series.map(\.name), place: "lines of \(vertical.label)")
        for tick in ticks { try check(tick.position, place: "tick \"\(tick.label)\"") }
        for one in series {
            guard !one.points.isEmpty else {
                throw InputError(place: "series \"\(one.name)\"", expected: "points", found: "none")
            }
            for (index, point) in one.points.enumerated() {
                let place = "series \"\(one.name)\", point \(index + 1)"
                try check(point.position, place: place)
                try point.estimate.check(place)
            }
        }
    }

    private func check(_ position: Double, place: String) throws(InputError) {
        guard position.isFinite, !isLogarithmic || position > 0 else {
            throw InputError(
                place: "\(place), position", expected: isLogarithmic ? "a number above 0" : "a finite number",
                found: "\(position)")
        }
    }

    /// What gnuplot draws it from.
    var script: String {
        var lines: [String] = []
        for (index, one) in series.enumerated() {
            lines.append("$series\(index) << END")
            lines += one.points.map { point in
                let ends = point.estimate.ends
                return "\(point.position) \(point.estimate.value) \(ends.low) \(ends.high)"
            }
            lines.append("END")
        }
        let curves = series.enumerated().map { index, one in
            let style = ChartStyle.of(index)
            return "$series\(index) using 1:2 with linespoints dt \(style.dash) pt \(style.point) ps 0.9 lw 1.4"
                + " lc rgb '\(style.color)' title \(one.name.gnuplotQuoted)"
        }
        let errors = series.indices.map { index in
            ChartStyle.errorBars(of: index, width: 1, color: ChartStyle.of(index).color)
        }
        lines += [
            ChartStyle.horizontal(horizontal, ticks: ticks.map { ($0.position, $0.label) }),
            ChartStyle.vertical(vertical),
        ]
        if isLogarithmic { lines.append("set logscale x") }
        lines += ["set xrange \(horizontalRange)", "set yrange \(verticalRange)"]
        lines.append("plot " + (errors + curves).joined(separator: ", \\\n  "))
        return lines.joined(separator: "\n") + "\n"
    }

    /// Every position and tick, and some air.
    private var horizontalRange: String {
        let positions = series.flatMap(\.points).map(\.position) + ticks.map(\.position)
        let (low, high) = Self.aired(isLogarithmic ? positions.map { log($0) } : positions)
        return isLogarithmic ? "[\(exp(low)):\(exp(high))]" : "[\(low):\(high)]"
    }

    /// Every error bar, and some air.
    private var verticalRange: String {
        let ends = series.flatMap(\.points).map(\.estimate.ends)
        let (low, high) = Self.aired(ends.flatMap { [$0.low, $0.high] })
        return "[\(low):\(high)]"
    }

    private static func aired(_ numbers: [Double]) -> (low: Double, high: Double) {
        let low = numbers.min() ?? 0
        let high = numbers.max() ?? 0
        // A single number gets a frame in proportion to it, which no rounding closes.
        let air = low == high ? max(abs(low) * 0.1, 1e-6) : (high - low) * 0.04
        return (low - air, high + air)
    }
}
