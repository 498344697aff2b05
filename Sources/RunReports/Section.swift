/// A chapter of a report.
package struct Section: Sendable {
    /// Its heading.
    package let heading: String
    /// Its anchor in the page, one for each section: ASCII letters, digits, `-` and `_`, beginning with a letter.
    package let id: String
    /// What it holds, in order.
    package let blocks: [Block]

    /// A chapter of blocks.
    package init(_ heading: String, id: String, blocks: [Block]) {
        self.heading = heading
        self.id = id
        self.blocks = blocks
    }
}

/// One piece of a section.
package enum Block: Sendable {
    /// Text; what stands between backticks is shown as code.
    case paragraph(String)
    /// A table, numbered through the report.
    case table(Table)
    /// A figure, numbered through the report.
    case figure(Figure)
    /// Rows of pictures.
    case pictures([PictureRow])
    /// Lines shown as they are, such as the commands that repeat a result.
    case code(String)
    /// What a result was made with.
    case settings([Setting])
    /// A warning, such as a failed run with its reason; backticks as in a paragraph.
    case notice(String)
}

/// A name and its value.
package struct Setting: Sendable, Equatable {
    /// What was set.
    package let name: String
    /// To what.
    package let value: String

    /// A name and its value.
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
