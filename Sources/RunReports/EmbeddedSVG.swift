import AsCLBase
import Foundation

/// gnuplot's SVG made fit to stand in a page beside others: without its XML declaration, with ids of its own and with
/// a title and a description of ours.
struct EmbeddedSVG {
    let text: String

    /// - Parameter id: What is put before every id of the drawing.
    init(_ drawing: String, id: String, title: String, description: String) throws(InputError) {
        guard let start = drawing.range(of: "<svg"), let end = drawing.range(of: "</svg>", options: .backwards),
            let head = drawing.range(of: ">", range: start.upperBound..<end.lowerBound)
        else {
            throw InputError(place: "gnuplot", expected: "an SVG drawing", found: String(drawing.prefix(80)))
        }
        let attributes = drawing[start.upperBound..<head.lowerBound]
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        var body = String(drawing[head.upperBound..<end.lowerBound])
        // gnuplot's own titles (its name, `gnuplot_plot_1`) and its version; text of ours stands in `<text>` alone.
        for name in ["title", "desc"] {
            body = body.replacingOccurrences(
                of: "<\(name)>[^<]*</\(name)>", with: "", options: .regularExpression)
        }
        text = """
            <svg \(attributes) role="img" aria-labelledby="\(id)-title \(id)-desc">
            <title id="\(id)-title">\(title.htmlEscaped)</title>
            <desc id="\(id)-desc">\(description.htmlEscaped)</desc>
            \(Self.prefixed(body, by: id).trimmingCharacters(in: .whitespacesAndNewlines))
            </svg>
            """
    }

    /// With `id-` before ids and the references to them, inside tags only.
    private static func prefixed(_ body: String, by id: String) -> String {
        body.split(separator: "<", omittingEmptySubsequences: false).map { piece in
            let end = piece.firstIndex(of: ">") ?? piece.startIndex
            var tag = String(piece[..<end])
            for reference in [" id='", " id=\"", "href='#", "href=\"#", "url(#"] {
                tag = tag.replacingOccurrences(of: reference, with: reference + id + "-")
            }
            return tag + piece[end...]
        }.joined(separator: "<")
    }
}
