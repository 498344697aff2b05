import Foundation

/// Recalls under one another, for the terminal.
struct RecallTable {
    /// A name and its recall; nil where no query was asked.
    let rows: [(name: String, recall: Recall?)]

    /// A header and one line a row, columns aligned.
    var lines: [String] {
        let header = ["", "R@1", "R@5", "R@10", "median", "queries"]
        let body = rows.map { row in
            guard let recall = row.recall else { return [row.name, "-", "-", "-", "-", "0"] }
            let numbers = [recall.r1, recall.r5, recall.r10, recall.medianRank].map { String(format: "%.1f", $0) }
            return [row.name] + numbers + [String(recall.queries)]
        }
        let nameWidth = rows.map(\.name.count).max() ?? 0
        return ([header] + body).map { cells in
            cells.enumerated().map { column, cell in
                let width = column == 0 ? nameWidth : 8
                let blanks = String(repeating: " ", count: max(width - cell.count, 0))
                return column == 0 ? cell + blanks : blanks + cell
            }.joined()
        }
    }

    /// Both directions and their sum under a title.
    static func description(of title: String, imageToText: Recall, textToImage: Recall, rsum: Double) -> String {
        let table = RecallTable(rows: [("image to text", imageToText), ("text to image", textToImage)])
        return ([title] + table.lines + ["Rsum \(String(format: "%.1f", rsum))"]).joined(separator: "\n")
    }
}
