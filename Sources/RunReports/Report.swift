import Foundation

/// A document of tables, figures and text that stands in one HTML file: no network, no scripts, no clock.
/// The same report gives the same bytes, as long as gnuplot is the same.
public struct Report: Sendable {
    /// The title.
    public let title: String
    /// The line below it, such as data set, date and machine.
    public let subtitle: String
    /// The chapters, in order. More than three get a table of contents.
    public let sections: [Section]

    /// - Parameter subtitle: The line below the title; a date stands here as text if it is wanted.
    public init(title: String, subtitle: String, sections: [Section]) {
        self.title = title
        self.subtitle = subtitle
        self.sections = sections
    }

    /// The whole document. Figures are drawn by gnuplot, one process each.
    /// - Throws: When two sections share an id, an id cannot be one, or gnuplot is missing or fails.
    public func html() throws(ReportError) -> String { try html(drawnBy: Gnuplot()) }

    /// Writes the document; the file appears whole or not at all.
    /// - Throws: What `html` throws, and when the file cannot be written.
    public func write(to path: String) throws(ReportError) {
        try ReportError.writing(Data(html().utf8), to: path)
    }
}
