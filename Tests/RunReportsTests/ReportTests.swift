import AsCLBase
import Foundation
import Testing

@testable import RunReports

struct ReportTests {
    @Test func `the page is well formed, whatever the text`() throws {
        let text = Samples.hostile
        let report = Samples.report(
            [
                .paragraph(text), .notice(text), .code(text), .settings([.init(text, text)]),
                .table(try Samples.table(caption: text, label: text)),
                .figure(Figure(caption: text, chart: .bars(try Samples.bars(name: text, category: text)))),
            ], title: text)
        let page = try Page(report.html())
        #expect(page.texts("h1") == [text])
        #expect(page.texts("dt") == [text])
        #expect(page.texts("dd") == [text])
        #expect(page.texts("code").contains(text))
        #expect(page.texts("caption") == ["Table 1. " + text])
        #expect(page.texts("figcaption") == ["Figure 1. " + text])
        #expect(page.texts("p").contains(text.replacingOccurrences(of: "`", with: "")))
        #expect(!page.elements.contains("script"))
    }

    @Test func `rows of pictures are well formed, whatever the text`() throws {
        let text = Samples.hostile
        let row = PictureRow(
            text, note: text,
            entries: [
                .init(text, note: "0.5", picture: .jpeg(Data([0xFF, 0xD8])), isMarked: true),
                .init("b", note: text, picture: .problem(text)), .init("c", note: "0.1"),
            ])
        let report = Samples.report([.pictures([row, row])])
        let page = try Page(report.html())
        #expect(page.texts("figcaption") == ["\(text) \(text)", "\(text) \(text)"])
        #expect(page.elements.count { $0 == "img" } == 2 && page.elements.count { $0 == "li" } == 6)
        #expect(try report.html().ranges(of: "<li class=\"marked\">").count == 2)
        #expect(!page.elements.contains("script"))
    }

    @Test func `the page needs nothing from elsewhere`() throws {
        let html = try Samples.report([.figure(Figure(caption: "c", chart: .lines(Samples.lines())))]).html()
        let elements = Set(try Page(html).elements)
        #expect(elements.isDisjoint(with: ["script", "link", "img", "iframe", "object", "image"]))
        // The namespaces' names are all that looks like an address.
        let addresses = html.components(separatedBy: "http").dropFirst().map { $0.prefix { $0 != "\"" } }
        #expect(addresses.allSatisfy { $0.hasPrefix("://www.w3.org/") })
        #expect(!html.contains("@import") && !html.contains("<?xml"))
        #expect(html.hasPrefix("<!DOCTYPE html>\n"))
    }

    @Test func `the same report gives the same bytes`() throws {
        let report = Samples.report([
            .table(try Samples.table()), .figure(Figure(caption: "a", chart: .bars(try Samples.bars()))),
            .figure(Figure(caption: "b", chart: .lines(try Samples.lines()))),
        ])
        #expect(try report.html() == report.html())
    }

    @Test func `ids and numbers run through the report`() throws {
        let bars = Figure(caption: "a", chart: .bars(try Samples.bars()))
        let page = try Page(
            Samples.report([.figure(bars), .table(Samples.table()), .figure(bars), .table(Samples.table())]).html())
        #expect(page.texts("figcaption") == ["Figure 1. a", "Figure 2. a"])
        #expect(page.texts("caption") == ["Table 1. Ablations", "Table 2. Ablations"])
        #expect(Set(page.ids).count == page.ids.count)
        #expect(Set(page.references).isSubset(of: page.ids))
    }

    @Test func `more than three sections have a table of contents`() throws {
        #expect(try !Page(Samples.report([], sections: 3).html()).elements.contains("nav"))
        let page = try Page(Samples.report([], sections: 4).html())
        #expect(page.texts("a") == ["Part 1", "Part 2", "Part 3", "Part 4"])
        #expect(page.references == ["part1", "part2", "part3", "part4"])
    }

    @Test func `code stands between backticks`() {
        #expect("run `a<b` now, `c`".htmlWithCode == "run <code>a&lt;b</code> now, <code>c</code>")
        #expect("a ` b".htmlWithCode == "a ` b")
        #expect("`a` ` b".htmlWithCode == "<code>a</code> ` b")
    }

    @Test(arguments: ["", "1a", "a b", "é", "a\"b"])
    func `what cannot be an id is refused`(id: String) {
        let error = #expect(throws: InputError.self) {
            try Report(title: "", subtitle: "", sections: [Section("S", id: id, blocks: [])]).html()
        }
        #expect(
            error?.description
                == "section \"S\", id: expected ASCII letters, digits, - and _, beginning with a letter, found \"\(id)\""
        )
    }

    @Test func `ids that are taken are refused`() {
        func refusal(_ ids: String...) -> String? {
            #expect(throws: InputError.self) {
                try Report(title: "", subtitle: "", sections: ids.map { Section("S", id: $0, blocks: []) }).html()
            }?.description
        }
        #expect(refusal("a", "a") == "section \"S\", id: expected one of its own, found a again")
        #expect(
            refusal("table-1")
                == "section \"S\", id: expected none that begins as tables' and figures' do, found table-1")
    }

    @Test func `writing replaces the whole file`() throws {
        let folder = try Samples.newFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("report.html").path
        try Data("old".utf8).write(to: URL(fileURLWithPath: path))
        let report = Samples.report([.table(try Samples.table())])
        try report.write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == report.html())
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report.html"])
    }

    @Test func `a folder that is not there is named`() {
        let error = #expect(throws: InputError.self) { try Samples.report([]).write(to: "/no/such/folder/r.html") }
        #expect(
            error?.description
                == "/no/such/folder/r.html: creating: expected a folder that can be written, found No such file or directory"
        )
    }
}
