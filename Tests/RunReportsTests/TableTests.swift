import AsCLBase
import Testing

@testable import RunReports

struct TableTests {
    @Test func `Markdown has aligned columns`() throws {
        #expect(
            try Samples.table().markdown == """
                **Ablations**

                | Method     | image to text, R@1 (%) | image to text, R@5 (%) |       loss |
                |------------|-----------------------:|-----------------------:|-----------:|
                | full model |         **58.3** ± 0.4 |         **84.0** ± 0.3 |       0.50 |
                | no fusion  |         8.1 ± 10.2 (†) |               **84.0** |  **−0.25** |
                | triplet    |             failed (a) |                      - | failed (b) |
                | no samples |             failed (a) |                   70.0 |       none |

                - (†) p &lt; 0.05 against the full model
                - (a) out of memory
                - (b) loss is NaN

                """)
    }

    @Test func `LaTeX has its special characters escaped`() throws {
        #expect(
            try Samples.table(caption: "50% & more", label: "a_b").latex == #"""
                \begin{table}
                  \centering
                  \caption{50\% \& more}
                  \begin{tabular}{lrrr}
                    \toprule
                     & \multicolumn{2}{c}{image to text} & \multicolumn{1}{c}{} \\
                    \cmidrule(lr){2-3}
                    Method & \multicolumn{1}{c}{R@1 (\%)} & \multicolumn{1}{c}{R@5 (\%)} & \multicolumn{1}{c}{loss} \\
                    \midrule
                    {a\_b} & \textbf{58.3}~$\pm$~\phantom{0}0.4 & \textbf{84.0}~$\pm$~0.3 & 0.50 \\
                    {no fusion} & 8.1~$\pm$~10.2\rlap{\textsuperscript{\dag{}}} & \textbf{84.0}\phantom{~$\pm$~0.3} & \textbf{$-$0.25} \\
                    {triplet} & \multicolumn{1}{c}{failed\textsuperscript{a}} & \multicolumn{1}{c}{--} & \multicolumn{1}{c}{failed\textsuperscript{b}} \\
                    {no samples} & \multicolumn{1}{c}{failed\textsuperscript{a}} & 70.0\phantom{~$\pm$~0.3} & none \\
                    \bottomrule
                  \end{tabular}
                  \par{\footnotesize\textsuperscript{\dag{}} p \textless{} 0.05 against the full model}
                  \par{\footnotesize\textsuperscript{a} out of memory}
                  \par{\footnotesize\textsuperscript{b} loss is NaN}
                \end{table}

                """#)
    }

    @Test func `HTML holds headings, cells and notes`() throws {
        let html = try Samples.table().html(number: 3)
        let page = try Page(html)
        #expect(page.ids == ["table-3"])
        #expect(page.texts("caption") == ["Table 3. Ablations"])
        #expect(
            page.texts("th") == [
                "Method", "image to text", "R@1 (%)", "R@5 (%)", "loss", "full model", "no fusion", "triplet",
                "no samples",
            ])
        #expect(html.contains("scope=\"colgroup\" colspan=\"2\""))
        // The first is the empty place beside the group.
        #expect(
            page.texts("td").dropFirst() == [
                "58.3 ± 0.4", "84.0 ± 0.3", "0.50", "8.1 ± 10.2†", "84.0 ", "−0.25", "faileda", "-", "failedb",
                "faileda", "70.0 ", "none",
            ])
        #expect(page.texts("li") == ["† p < 0.05 against the full model", "a out of memory", "b loss is NaN"])
        #expect(page.texts("b").dropFirst() == ["58.3", "84.0", "84.0", "−0.25"])
    }

    /// Every number of a column is set in slots of one width, so that decimal points stand below each other.
    @Test func `decimal points meet`() throws {
        let table = try Table(
            caption: "c", labelHeading: "", columns: [.init("x")],
            rows: [
                .init("a", [Samples.number(5, 0.4)]), .init("b", [Samples.number(-123.4, 10)]), .init("c", [.empty]),
            ])
        let slots = table.html(number: 1).components(separatedBy: "min-width:").dropFirst().map { $0.prefix(5) }
        #expect(slots == ["6.0ch", "5.5ch", "6.0ch", "5.5ch"])
        #expect(Report.style.contains("font-variant-numeric: tabular-nums"))
    }

    @Test func `numbers are printed plainly`() {
        let column = Table.Column("x", digits: 1)
        #expect(column.printed(-0.04) == "0.0")
        #expect(column.printed(-0.06) == "-0.1")
        #expect(column.printed(.interval(57.12, 59)) == "[57.1, 59.0]")
        #expect(Table.Column("n", digits: 0).printed(5000) == "5000")
    }

    @Test func `a single number is not the best`() throws {
        let table = try Table(
            caption: "c", labelHeading: "", columns: [.init("x", best: .highest)],
            rows: [.init("a", [Samples.number(1)]), .init("b", [.empty])])
        #expect(!table.html(number: 1).contains("<b>1.0"))
    }

    @Test func `words stand at the left`() throws {
        let table = try Table(
            caption: "c", labelHeading: "", columns: [.init("words")], rows: [.init("a", [.text("MiniLM")])])
        #expect(table.html(number: 1).contains("<td>MiniLM</td>"))
        #expect(table.markdown.contains("|--------|\n"))
        #expect(table.latex.contains("{tabular}{ll}"))
    }

    @Test func `failures have a sign each, even when there are more than letters`() throws {
        let rows = (0..<28).map { Table.Row("\($0)", [.failed(reason: "reason \($0)")]) }
        let notes = TableLayout(try Table(caption: "c", labelHeading: "", columns: [.init("x")], rows: rows)).notes
        #expect(notes.map(\.symbol).suffix(3) == ["z", "aa", "ab"])
    }

    @Test(arguments: [
        ([Table.Cell.empty, .empty], #"table "c", row "a": expected 1 cells, one for each column, found 2"#),
        (
            [.number(Estimate(.nan))],
            #"table "c", row "a", column "x": expected finite numbers, found nan, from nan to nan"#
        ),
        (
            [.number(Estimate(1, .deviation(-1)))],
            #"table "c", row "a", column "x": expected a spread that holds the number, found 1.0, from 2.0 to 0.0"#
        ),
        (
            [.number(Estimate(1, .interval(2, 3)))],
            #"table "c", row "a", column "x": expected a spread that holds the number, found 1.0, from 2.0 to 3.0"#
        ),
        (
            [.number(Estimate(1), marks: [.init("a", "x")])],
            #"table "c", row "a", mark: expected a sign such as †, found "a""#
        ),
        (
            [.number(Estimate(1), marks: [.init("†", "this"), .init("†", "that")])],
            #"table "c", row "a", mark †: expected its meaning above, this, found that"#
        ),
    ])
    func `cells that do not fit their columns are refused`(cells: [Table.Cell], line: String) {
        let error = #expect(throws: InputError.self) {
            try Table(caption: "c", labelHeading: "", columns: [.init("x")], rows: [.init("a", cells)])
        }
        #expect(error?.description == line)
    }
}
