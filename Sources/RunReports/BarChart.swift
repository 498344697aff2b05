package import AsCLBase

/// Bars in groups: one group for each category, in it one bar for each series, standing on zero.
package struct BarChart: Sendable {
    /// One kind of bar.
    package struct Series: Sendable {
        /// Its name in the legend.
        package let name: String
        /// Its bar in each category; nil where there is no number, which the figure says.
        package let values: [Estimate?]

        /// Named bars.
        package init(_ name: String, _ values: [Estimate?]) {
            self.name = name
            self.values = values
        }
    }

    /// The names below the groups.
    package let categories: [String]
    /// What the categories are.
    package let categoryAxis: Axis
    /// What the bars measure.
    package let valueAxis: Axis
    /// The kinds of bars, in the order of the legend.
    package let series: [Series]

    /// Bars for every pair of category and series.
    /// - Throws: When there are no categories, no or too many series, a series lacks a name or has not one value for
    ///   each category, or a number is not finite or lies outside its own spread.
    package init(categories: [String], categoryAxis: Axis, valueAxis: Axis, series: [Series]) throws(InputError) {
        self.categories = categories
        self.categoryAxis = categoryAxis
        self.valueAxis = valueAxis
        self.series = series
        guard !categories.isEmpty else {
            throw InputError(place: "bars of \(valueAxis.label)", expected: "categories", found: "none")
        }
        try ChartStyle.check(names: series.map(\.name), place: "bars of \(valueAxis.label)")
        for one in series {
            guard one.values.count == categories.count else {
                throw InputError(
                    place: "series \"\(one.name)\"", expected: "\(categories.count) values, one for each category",
                    found: "\(one.values.count)")
            }
            for (category, value) in zip(categories, one.values) {
                try value?.check("series \"\(one.name)\", category \"\(category)\"")
            }
        }
    }

    /// What gnuplot draws it from.
    var script: String {
        let width = 0.8 / Double(series.count)
        var data: [String] = []
        var missing: [String] = []
        var plots: [String] = []
        for (index, one) in series.enumerated() {
            data.append("$series\(index) << END")
            for (category, value) in one.values.enumerated() {
                let place = Double(category) + (Double(index) - Double(series.count - 1) / 2) * width
                guard let value else {
                    missing.append("set label 'no value' at \(place),0 left rotate by 90 offset 0,0.5 font ',12'")
                    continue
                }
                data.append("\(place) \(value.value) \(value.ends.low) \(value.ends.high)")
            }
            data.append("END")
            let style = ChartStyle.of(index)
            plots.append(
                "$series\(index) using 1:2:(\(width * 0.92)) with boxes \(style.fill) lc rgb '\(style.color)'"
                    + " title \(one.name.gnuplotQuoted)")
        }
        // A light border around the error bars keeps them visible inside a dark bar.
        for (width, color) in [(3.5, "#ffffff"), (1.3, "#000000")] {
            plots += series.indices.map { ChartStyle.errorBars(of: $0, width: width, color: color) }
        }
        let ticks = categories.enumerated().map { (position: Double($0.offset), label: $0.element) }
        let (low, high) = range
        return
            (data + missing + [
                ChartStyle.horizontal(categoryAxis, ticks: ticks),
                ChartStyle.vertical(valueAxis),
                "set xtics scale 0",
                "set xrange [-0.6:\(Double(categories.count) - 0.4)]",
                "set yrange [\(low):\(high)]",
                "set xzeroaxis lt 1 lc rgb '#000000'",
                "plot " + plots.joined(separator: ", \\\n  "),
            ]).joined(separator: "\n") + "\n"
    }

    /// Zero, every error bar and some air.
    private var range: (low: Double, high: Double) {
        let ends = series.flatMap(\.values).compactMap(\.?.ends)
        let low = min(0, ends.map(\.low).min() ?? 0)
        let high = max(0, ends.map(\.high).max() ?? 0)
        return low == high ? (0, 1) : (low * 1.05, high * 1.05)
    }
}
