package import AsCLBase

/// A table of results: a label and cells in each row, columns that may stand in groups.
package struct Table: Sendable, Equatable {
    /// One column of cells.
    package struct Column: Sendable, Equatable {
        /// Which end of a column is the good one.
        package enum Best: Sendable { case highest, lowest }

        /// What its cells tell, such as `R@1`.
        package let heading: String
        /// The unit of its numbers.
        package let unit: String?
        /// What it has in common with its neighbours, such as `image to text`; they share this heading.
        package let group: String?
        /// Decimal places of its numbers.
        package let digits: Int
        /// Which of its numbers are set in bold: those that are best as printed; nil for none.
        package let best: Best?

        /// A column of numbers with `digits` decimal places, or of texts.
        package init(
            _ heading: String, unit: String? = nil, group: String? = nil, digits: Int = 1, best: Best? = nil
        ) {
            self.heading = heading
            self.unit = unit
            self.group = group
            self.digits = digits
            self.best = best
        }

        /// Heading and unit.
        var title: String { unit.map { "\(heading) (\($0))" } ?? heading }
    }

    /// One line of cells.
    package struct Row: Sendable, Equatable {
        /// What the line is about, such as a method.
        package let label: String
        /// One cell for each column.
        package let cells: [Cell]

        /// A labelled line of cells.
        package init(_ label: String, _ cells: [Cell]) {
            self.label = label
            self.cells = cells
        }
    }

    /// What stands at one place.
    package enum Cell: Sendable, Equatable {
        /// A number, with the marks that footnotes explain.
        case number(Estimate, marks: [Mark] = [])
        /// Words.
        case text(String)
        /// No number, because getting it failed; the reason becomes a footnote.
        case failed(reason: String)
        /// Nothing to tell, shown as `-`.
        case empty
    }

    /// A sign at a number and the footnote that explains it.
    package struct Mark: Sendable, Equatable {
        /// The sign, such as `†`; no letters, which stand for failures.
        package let symbol: String
        /// What it says of the number, such as `p < 0.05 against the full model, paired over 5 runs`.
        package let meaning: String

        /// A sign and what it means.
        package init(_ symbol: String, _ meaning: String) {
            self.symbol = symbol
            self.meaning = meaning
        }
    }

    /// What the table shows and how its numbers came about.
    package let caption: String
    /// What the rows' labels are, such as `Method`.
    package let labelHeading: String
    /// The columns beside the labels.
    package let columns: [Column]
    /// The lines.
    package let rows: [Row]

    /// A table whose rows all have a cell for each column.
    /// - Throws: When a row has too many or too few cells, a number is not finite or lies outside its own spread,
    ///   or a mark has a letter in it or two meanings.
    package init(caption: String, labelHeading: String, columns: [Column], rows: [Row]) throws(InputError) {
        self.caption = caption
        self.labelHeading = labelHeading
        self.columns = columns
        self.rows = rows
        guard !columns.isEmpty else {
            throw InputError(place: "table \"\(caption)\"", expected: "columns", found: "none")
        }
        var meanings: [String: String] = [:]
        for row in rows {
            let place = "table \"\(caption)\", row \"\(row.label)\""
            guard row.cells.count == columns.count else {
                throw InputError(
                    place: place, expected: "\(columns.count) cells, one for each column", found: "\(row.cells.count)")
            }
            for (column, cell) in zip(columns, row.cells) {
                guard case .number(let estimate, let marks) = cell else { continue }
                try estimate.check("\(place), column \"\(column.heading)\"")
                for mark in marks {
                    try mark.check(place)
                    let known = meanings.updateValue(mark.meaning, forKey: mark.symbol) ?? mark.meaning
                    guard known == mark.meaning else {
                        throw InputError(
                            place: "\(place), mark \(mark.symbol)", expected: "its meaning above, \(known)",
                            found: mark.meaning)
                    }
                }
            }
        }
    }
}

extension Table.Mark {
    fileprivate func check(_ place: String) throws(InputError) {
        guard !symbol.isEmpty, !symbol.contains(where: { $0.isLetter || $0.isWhitespace }) else {
            throw InputError(place: "\(place), mark", expected: "a sign such as †", found: "\"\(symbol)\"")
        }
    }
}
