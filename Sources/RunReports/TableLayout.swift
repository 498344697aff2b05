import Foundation

/// A table as it is printed, whatever the language it is printed in.
struct TableLayout {
    /// A cell in its parts, which stand below each other in a column.
    enum Cell: Equatable {
        case number(value: String, spread: String, marks: String, isBest: Bool)
        case text(String)
        /// The letter of the footnote that tells the reason.
        case failed(String)
        case empty
    }

    /// The longest parts of a column's numbers.
    struct Longest {
        var value = ""
        var spread = ""
        var marks = ""
    }

    struct Note {
        let symbol: String
        let text: String
    }

    /// The lines of cells.
    private(set) var cells: [[Cell]] = []
    /// One for each column.
    private(set) var longest: [Longest]
    /// What stands below: first the marks, then the reasons of failures, each in the order of its first use.
    let notes: [Note]

    init(_ table: Table) {
        let best = table.columns.indices.map { table.bestPrinted(in: $0) }
        var marks: [Note] = []
        var failures: [Note] = []
        longest = Array(repeating: Longest(), count: table.columns.count)
        for row in table.rows {
            var line: [Cell] = []
            for (index, (column, cell)) in zip(table.columns, row.cells).enumerated() {
                switch cell {
                case .empty: line.append(.empty)
                case .text(let text): line.append(.text(text))
                case .failed(let reason):
                    if !failures.contains(where: { $0.text == reason }) {
                        failures.append(Note(symbol: Self.letters(failures.count), text: reason))
                    }
                    line.append(.failed(failures.first { $0.text == reason }?.symbol ?? ""))
                case .number(let estimate, let own):
                    for mark in own where !marks.contains(where: { $0.symbol == mark.symbol }) {
                        marks.append(Note(symbol: mark.symbol, text: mark.meaning))
                    }
                    let value = column.printed(estimate.value)
                    let spread = column.printed(estimate.spread)
                    let symbols = own.map(\.symbol).joined()
                    line.append(
                        .number(value: value, spread: spread, marks: symbols, isBest: Double(value) == best[index]))
                    longest[index].value.lengthen(to: value)
                    longest[index].spread.lengthen(to: spread)
                    longest[index].marks.lengthen(to: symbols)
                }
            }
            cells.append(line)
        }
        notes = marks + failures
    }

    /// a to z, then aa, ab, ...
    private static func letters(_ index: Int) -> String {
        let last = String(UnicodeScalar(UInt8(97 + index % 26)))
        return index < 26 ? last : letters(index / 26 - 1) + last
    }
}

extension String {
    fileprivate mutating func lengthen(to other: String) {
        if other.count > count { self = other }
    }
}

extension Table.Column {
    /// With a hyphen for a minus and no minus before a zero.
    func printed(_ number: Double) -> String {
        let text = String(format: "%.\(max(digits, 0))f", number)
        return Double(text) == 0 ? text.replacingOccurrences(of: "-", with: "") : text
    }

    /// `± 0.4`, `[57.1, 59.4]` or nothing.
    func printed(_ spread: Estimate.Spread?) -> String {
        switch spread {
        case nil: ""
        case .deviation(let deviation): "± \(printed(deviation))"
        case .interval(let low, let high): "[\(printed(low)), \(printed(high))]"
        }
    }
}

extension Table {
    /// The best number of a column as it is printed, so that equal prints share the bold; nil where nothing is
    /// compared.
    fileprivate func bestPrinted(in column: Int) -> Double? {
        let numbers = rows.compactMap { row -> Double? in
            guard case .number(let estimate, _) = row.cells[column] else { return nil }
            return Double(columns[column].printed(estimate.value))
        }
        guard numbers.count > 1 else { return nil }
        return switch columns[column].best {
        case .highest: numbers.max()
        case .lowest: numbers.min()
        case nil: nil
        }
    }

    /// Neighbouring columns of one group: its name and how many they are.
    var groups: [(name: String?, count: Int)] {
        columns.reduce(into: []) { groups, column in
            if let last = groups.last, last.name == column.group {
                groups[groups.count - 1].count += 1
            } else {
                groups.append((column.group, 1))
            }
        }
    }

    /// Whether a column's cells are words, which begin at the left.
    func isText(column: Int) -> Bool {
        let cells = rows.map { $0.cells[column] }
        return cells.contains { if case .text = $0 { true } else { false } }
            && !cells.contains { if case .number = $0 { true } else { false } }
    }
}
