package import AsCLBase
import Foundation

/// A document of tables, figures and text that stands in one HTML file: no network, no scripts, no clock.
/// The same report gives the same bytes, as long as gnuplot is the same.
package struct Report: Sendable {
    /// The title.
    package let title: String
    /// The line below it, such as data set, date and machine.
    package let subtitle: String
    /// The chapters, in order. More than three get a table of contents.
    package let sections: [Section]

    /// - Parameter subtitle: The line below the title; a date stands here as text if it is wanted.
    package init(title: String, subtitle: String, sections: [Section]) {
        self.title = title
        self.subtitle = subtitle
        self.sections = sections
    }

    /// The whole document. Figures are drawn by gnuplot, one process each.
    /// - Throws: When two sections share an id, an id cannot be one, or gnuplot is missing or fails.
    package func html() throws(InputError) -> String { try html(drawnBy: Gnuplot()) }

    /// Writes the document; the file appears whole or not at all.
    /// - Throws: What `html` throws, and when the file cannot be written.
    package func write(to path: String) throws(InputError) {
        try AtomicFile.write(Data(html().utf8), to: path)
    }
}
