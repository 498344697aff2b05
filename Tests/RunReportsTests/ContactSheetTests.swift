import AsCLBase
import Foundation
import Testing

@testable import RunReports

struct ContactSheetTests {
    private let jpeg = ContactSheet.Picture.jpeg(Data([0xFF, 0xD8, 0xFF, 0xD9]))

    private func sheet(_ entries: [ContactSheet.Entry], title: String = "a dog") -> ContactSheet {
        ContactSheet(title: title, note: "demo, test", entries: entries)
    }

    private func sheet(boxes: [ContactSheet.Box]) -> ContactSheet {
        sheet([
            .init(
                name: "a.jpg", score: 1, picture: jpeg,
                words: [
                    .init("a", shade: 0, note: "0.00"),
                    .init("dog", shade: 0.5, note: "0.50", boxes: boxes, isShown: true),
                ])
        ])
    }

    @Test func `the page is well formed, whatever the text`() throws {
        let text = Samples.hostile + "\u{0}\u{1F600}\"'"
        let sheet = ContactSheet(
            title: text, note: text,
            entries: [
                .init(
                    name: text, score: 0.5, picture: jpeg,
                    words: [
                        .init(
                            text, shade: 1, note: text,
                            boxes: [.init(left: 0, top: 0, right: 1, bottom: 1, label: text)]),
                        .init(text, shade: 0, note: text, isStruck: true),
                    ],
                    captions: [.init(text, isRight: true), .init(text)]),
                .init(name: text + "\nx", score: .nan, picture: .problem(text + "\n" + text)),
            ])
        let page = try Page(sheet.html())
        let shown = text.replacingOccurrences(of: "\u{0}", with: "\u{2400}")
        #expect(page.texts("h1") == [shown] && page.texts("title") == [shown])
        #expect(page.texts("mark") == [shown])
        #expect(page.texts("span").filter { $0 == shown }.count == 2, "the box's label and the first name")
        #expect(page.texts("s") == [shown] && page.texts("i") == [shown, shown])
        #expect(!page.elements.contains("script"))
    }

    @Test func `the page needs nothing from elsewhere`() throws {
        let html = try sheet(boxes: [.init(left: 0, top: 0, right: 1, bottom: 1)]).html()
        #expect(Set(try Page(html).elements).isDisjoint(with: ["script", "link", "iframe", "object", "style src"]))
        #expect(!html.contains("http:") && !html.contains("https:") && !html.contains("@import"))
        #expect(html.components(separatedBy: "src=\"").dropFirst().allSatisfy { $0.hasPrefix("data:image/jpeg") })
        #expect(html.hasPrefix("<!DOCTYPE html>\n"))
    }

    @Test func `hits stand in their order, with scores and captions`() throws {
        let page = try Page(
            sheet([
                .init(
                    name: "b.jpg", score: 0.71284, picture: jpeg,
                    captions: [.init("two cats"), .init("a dog", isRight: true)]),
                .init(name: "a.jpg", score: -0.1, picture: .problem("b.jpg: expected a picture, found text")),
            ]).html())
        #expect(
            page.texts("p").filter { $0.hasSuffix("jpg 0.7128") || $0.hasSuffix("jpg -0.1000") } == [
                "1 b.jpg 0.7128", "2 a.jpg -0.1000",
            ])
        #expect(page.texts("mark") == ["a dog"])
        #expect(page.texts("p").contains("b.jpg: expected a picture, found text"), "told, not skipped")
        #expect(page.elements.filter { $0 == "img" }.count == 1)
    }

    @Test func `the picture is in the page`() throws {
        let html = try sheet([
            .init(name: "a.jpg", score: 1, picture: jpeg, captions: [.init("a \"small\" cat")]),
            .init(name: "b.jpg", score: 1, picture: jpeg),
        ]).html()
        #expect(html.contains("<img src=\"data:image/jpeg;base64,/9j/2Q==\" alt=\"a &quot;small&quot; cat\"/>"))
        #expect(html.contains("alt=\"b.jpg\"/>"))
        #expect(!html.contains("tabindex"), "without boxes there is nothing to show")
    }

    @Test func `boxes lie in fractions, with the strongest on top, and the first is outlined`() throws {
        let sheet = sheet(boxes: [
            .init(left: 0.25, top: 0.5, right: 0.75, bottom: 1, label: "dog 93 %", weight: 1),
            .init(left: 0.75, top: 0, right: 1, bottom: 0.125, label: "cat 10 %", weight: 0.25),
        ])
        let html = try sheet.html()
        let strong = "left:25.00%;top:50.00%;width:50.00%;height:50.00%;--weight:1.00"
        let weak = "left:75.00%;top:0.00%;width:25.00%;height:12.50%;--weight:0.25"
        #expect(html.contains("<span class=\"box of-1 shown first\" style=\"\(strong)\""))
        #expect(html.contains("<span class=\"box of-1 far high\" style=\"\(weak)\""))
        #expect(try Page(html).texts("b") == ["cat 10 %", "dog 93 %", "1"])
    }

    @Test func `each word has a colour, a shade and a figure, and is struck where it was not found`() throws {
        let words = ["a", "red", "cat"].enumerated().map { number, word in
            ContactSheet.Word(
                word, shade: Double(number) / 4, note: "0.\(number)", isStruck: number == 0,
                boxes: number == 1 ? [.init(left: 0, top: 0, right: 1, bottom: 1)] : [])
        }
        let html = try sheet([.init(name: "a.jpg", score: 1, picture: jpeg, words: words)]).html()
        let page = try Page(html)
        #expect(page.texts("i") == ["0.0", "0.1", "0.2"])
        #expect(page.texts("s") == ["a"])
        #expect(html.contains("class=\"word word-2\" style=\"--shade:0.50\" tabindex=\"0\""))
        #expect(html.contains("class=\"box of-1 high\"") && !html.contains("class=\"box of-0"))
        // The page runs no script: the look alone makes a word show its boxes.
        #expect((0..<3).allSatisfy { html.contains("figure:has(.word-\($0):hover) .of-\($0)") })
        #expect(!html.contains(".word-3"))
    }

    @Test(arguments: [
        ContactSheet.Box(left: 12, top: 3, right: 200, bottom: 150), .init(left: 0.5, top: 0, right: 0.4, bottom: 1),
        .init(left: .nan, top: 0, right: 1, bottom: 1), .init(left: 0, top: 0, right: 1, bottom: 1, weight: .nan),
        .init(left: 0, top: 0, right: 1, bottom: 1, weight: 1.5),
    ])
    func `boxes outside of their picture are refused`(box: ContactSheet.Box) throws {
        let error = try #require(throws: InputError.self) { try sheet(boxes: [box]).html() }
        #expect(error.place == "entry 1, a.jpg, box")
        #expect(error.found == "[\(box.left), \(box.top), \(box.right), \(box.bottom)] of weight \(box.weight)")
    }

    @Test func `the page is written whole or not at all`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sheet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.path + "/out.html"
        try sheet([]).write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == sheet([]).html())
        let bad = ContactSheet.Box(left: 5, top: 0, right: 1, bottom: 1)
        #expect(throws: InputError.self) { try sheet(boxes: [bad]).write(to: path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == sheet([]).html())
        #expect(throws: InputError.self) { try sheet([]).write(to: folder.path + "/none/out.html") }
    }
}
