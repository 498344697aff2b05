import AsCLBase
import Foundation

/// How a series looks: a colour, and beside it enough to tell it from the others without one.
struct ChartStyle {
    /// `#rrggbb`; dark enough for thin lines on white paper, and told apart by the colour-blind.
    let color: String
    /// gnuplot's fill style of a bar.
    let fill: String
    /// gnuplot's dash of a line.
    let dash: String
    /// gnuplot's number of a point's shape.
    let point: Int

    /// Width of the figures in pixels, and about how many characters of a label fit below the axis.
    static let width = 760
    private static let characters = 84

    private static let all: [ChartStyle] = [
        ChartStyle(color: "#000000", fill: "fs solid 0.75", dash: "1", point: 7),
        ChartStyle(color: "#0072b2", fill: "fs pattern 4", dash: "(12,4)", point: 4),
        ChartStyle(color: "#a33b00", fill: "fs solid 0.25", dash: "(3,3)", point: 9),
        ChartStyle(color: "#006b4f", fill: "fs pattern 1", dash: "(12,3,3,3)", point: 12),
        ChartStyle(color: "#8a3a6f", fill: "fs empty", dash: "(20,6)", point: 5),
        ChartStyle(color: "#5b5b5b", fill: "fs pattern 7", dash: "(8,3,2,3,2,3)", point: 6),
        ChartStyle(color: "#7a5c00", fill: "fs solid 0.5", dash: "(2,6)", point: 13),
        ChartStyle(color: "#33338a", fill: "fs pattern 2", dash: "(18,3,8,3)", point: 10),
    ]

    static func of(_ series: Int) -> ChartStyle { all[series % all.count] }

    /// Refuses more series than can be told apart, and names that do not tell them apart.
    static func check(names: [String], place: String) throws(InputError) {
        guard (1...all.count).contains(names.count) else {
            throw InputError(
                place: place, expected: "1 to \(all.count) series, so many can be told apart", found: "\(names.count)")
        }
        for (index, name) in names.enumerated()
        where name.onOneLine.allSatisfy(\.isWhitespace) || names[..<index].contains(name) {
            throw InputError(
                place: "\(place), series \(index + 1)", expected: "a name of its own", found: "\"\(name)\"")
        }
    }

    /// The horizontal axis: its title, and the labels below it broken between words into lines that fit, or slanted
    /// where a word does not. No labels leave round numbers to gnuplot.
    static func horizontal(_ axis: Axis, ticks: [(position: Double, label: String)]) -> String {
        let title = "set xlabel \(axis.title.gnuplotQuoted)"
        guard !ticks.isEmpty else { return title }
        let width = characters / ticks.count - 1
        let wrapped = ticks.map { wrap($0.label, width: width) }
        let fits = wrapped.joined().allSatisfy { $0.count <= width }
        let labels = zip(ticks, wrapped).map { tick, lines in
            // A label of gnuplot's axis is a format, in which a percent sign is written twice.
            let lines = (fits ? lines : [tick.label]).map { $0.replacingOccurrences(of: "%", with: "%%") }
            return "\(text(lines)) \(tick.position)"
        }
        guard fits else { return "\(title)\nset xtics rotate by 30 right (\(labels.joined(separator: ", ")))" }
        // gnuplot makes room for one line of labels.
        let more = (wrapped.map(\.count).max() ?? 1) - 1
        return """
            \(title) offset 0,-\(more)
            set bmargin \(4 + more)
            set xtics (\(labels.joined(separator: ", ")))
            """
    }

    /// The vertical axis' title, broken into lines that fit beside it.
    static func vertical(_ axis: Axis) -> String {
        let lines = axis.title.count <= 40 ? [axis.title] : wrap(axis.quantity, width: 40) + ["n = \(axis.sample)"]
        // gnuplot lets further lines run into the numbers.
        return "set ylabel \(text(lines)) offset -\(lines.count - 1)"
    }

    /// A series' error bars, as heads of arrows: gnuplot's own error bars come with a point.
    static func errorBars(of series: Int, width: Double, color: String) -> String {
        "$series\(series) using 1:3:(0):($4-$3) with vectors heads nofilled size screen 0.006,90 lt 1 lw \(width)"
            + " lc rgb '\(color)' notitle"
    }

    private static func text(_ lines: [String]) -> String {
        lines.isEmpty ? "''" : lines.map(\.gnuplotQuoted).joined(separator: ".\"\\n\".")
    }

    private static func wrap(_ text: String, width: Int) -> [String] {
        text.onOneLine.split(separator: " ").reduce(into: []) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
    }
}
