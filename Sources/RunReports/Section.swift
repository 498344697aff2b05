/// A chapter of a report.
public struct Section: Sendable {
    /// Its heading.
    public let heading: String
    /// Its anchor in the page, one for each section: ASCII letters, digits, `-` and `_`, beginning with a letter.
    public let id: String
    /// What it holds, in order.
    public let blocks: [Block]

    /// A chapter of blocks.
    public init(_ heading: String, id: String, blocks: [Block]) {
        self.heading = heading
        self.id = id
        self.blocks = blocks
    }
}

/// One piece of a section.
public enum Block: Sendable {
    /// Text; what stands between backticks is shown as code.
    case paragraph(String)
    /// A table, numbered through the report.
    case table(Table)
    /// A figure, numbered through the report.
    case figure(Figure)
    /// Lines shown as they are, such as the commands that repeat a result.
    case code(String)
    /// What a result was made with.
    case settings([Setting])
    /// A warning, such as a failed run with its reason; backticks as in a paragraph.
    case notice(String)
}

/// A name and its value.
public struct Setting: Sendable, Equatable {
    /// What was set.
    public let name: String
    /// To what.
    public let value: String

    /// A name and its value.
    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}
