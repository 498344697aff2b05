import Foundation
import Testing

@testable import SearchServer

@Suite(.serialized, .enabled(if: Browser.isThere, "no Chromium: apt-get install chromium chromium-driver"))
struct BrowserTests {
    private static let (enter, escape, down, right) = ("\u{E007}", "\u{E00C}", "\u{E015}", "\u{E014}")

    private func browse(
        _ address: String, _ photos: ServedPhotos? = nil, _ test: @Sendable (Browser) async throws -> Void
    ) async throws {
        try await (photos ?? ServedPhotos()).serve { server async throws in
            try await server.listening { port async throws in
                let browser = try await Browser(port, address, width: 1200, height: 800)
                do { try await test(browser) } catch {
                    await browser.close()
                    throw error
                }
                await browser.close()
            }
        }
    }

    @Test func `a sentence is typed, what comes nearest shown, and one opened, by keys alone`() async throws {
        try await browse("/") { browser async throws in
            try await browser.wait("!document.getElementById('start').hidden")
            try await browser.wait("document.getElementById('holds').textContent === '5 pictures can be found here.'")
            try await browser.press("a cat")
            try await browser.wait("!document.getElementById('nothing').hidden && location.search === '?q=a+cat'")
            #expect(try await browser.value("document.querySelectorAll('#grid li').length") as? Int == 0)
            _ = try await browser.value("document.getElementById('nearest').click()")
            try await browser.wait("document.querySelectorAll('#grid img').length === 5")
            try await browser.wait(
                "[...document.querySelectorAll('#grid img')].every((image) => image.naturalWidth === 8)")
            #expect(try await browser.value("document.querySelector('.belief').textContent") as? String == "hardly")
            // Where the sentence has the focus, the key is a letter of it.
            _ = try await browser.value("document.activeElement.blur()")
            try await browser.press("/" + Self.down + Self.right + Self.enter)
            try await browser.wait("document.getElementById('large').open")
            let first = try await browser.value("document.querySelectorAll('.show')[1].title.split(':')[0]") as? String
            #expect(try await browser.value("document.getElementById('name').textContent") as? String == first)
            try await browser.press(Self.right)
            let second = try await browser.value("document.querySelectorAll('.show')[2].title.split(':')[0]") as? String
            #expect(try await browser.value("document.getElementById('name').textContent") as? String == second)
            try await browser.press(Self.escape)
            try await browser.wait("document.activeElement === document.querySelectorAll('.show')[2]")
        }
    }

    @Test func `an address is a search, and the way back leads to the one before`() async throws {
        try await browse("/?q=a+dog&all=1&sort=time") { browser async throws in
            try await browser.wait("document.querySelectorAll('#grid li').length === 5")
            #expect(try await browser.value("document.getElementById('sentence').value") as? String == "a dog")
            #expect(try await browser.value("document.getElementById('active').textContent") as? String == "1")
            _ = try await browser.value("document.querySelectorAll('.alike')[4].click()")
            try await browser.wait("/[?&]like=\\d+/.test(location.search) && !document.getElementById('like').hidden")
            try await browser.wait("document.querySelectorAll('.belief').length === 0")
            #expect(try await browser.value("document.querySelectorAll('#grid li').length") as? Int == 5)
            _ = try await browser.value("history.back()")
            try await browser.wait(
                "document.getElementById('sentence').value === 'a dog' && document.querySelectorAll('.belief').length === 5"
            )
        }
    }

    @Test func `words of the sentence show where they were found, by keys and by pointer`() async throws {
        try await browse("/?q=the+red%2C+cat", try ServedPhotos(isTrained: true)) { browser async throws in
            try await browser.wait("document.querySelectorAll('#grid li').length === 5 && explains")
            _ = try await browser.value("document.querySelector('.show').click()")
            try await browser.wait("!document.getElementById('met').hidden")
            let text = try await browser.value(
                "document.getElementById('words').textContent.replaceAll(' (found nothing)', '')")
            #expect(text as? String == "the red, cat")
            let parts = try await browser.value(
                "[...document.querySelectorAll('#words button, #words s')].map((part) => part.textContent)")
            #expect(parts as? [String] == ["the", "red", "cat"])
            let matches = try await browser.value(
                "explanation.words.filter((word) => word.isWord).map((word) => word.match)")
            let shown = try await browser.value(
                "[...document.querySelectorAll('#words button, #words s')].map((part) => part.tagName === 'BUTTON')")
            #expect((matches as? [Double])?.map { $0 > 0 } == shown as? [Bool])
            let rects = "document.querySelectorAll('#regions rect').length"
            #expect(try await browser.value(rects) as? Int == 0, "nothing is drawn before a word is pointed at")
            _ = try await browser.value("document.querySelector('#words button').focus()")
            try await browser.wait("\(rects) > 2 && document.querySelectorAll('#regions .strongest').length === 1")
            // The strongest region's outline lies where the picture's own pixels say.
            let places = """
                (() => {
                    const word = explanation.words.find((word) => word.isWord && !word.foundNothing);
                    const box = explanation.regions[word.strengths.indexOf(1)].box;
                    const rect = document.querySelector('#regions .strongest');
                    return [rect.x.baseVal.value / 8 - box[0], rect.height.baseVal.value / 8 - (box[3] - box[1])];
                })()
                """
            #expect((try await browser.value(places) as? [Double])?.allSatisfy { abs($0) < 1e-6 } == true)
            _ = try await browser.value("document.querySelector('#words button').click()")
            _ = try await browser.value("document.querySelector('#words button').blur()")
            try await browser.wait("\(rects) > 2 && document.querySelector('#words button').ariaPressed === 'true'")
            _ = try await browser.value("document.querySelector('#words button').click()")
            try await browser.wait("\(rects) === 0")
            try await browser.press(Self.escape)
        }
    }

    @Test func `a picture that is dropped finds itself, and the sentences that fit it`() async throws {
        let photos = try ServedPhotos()
        try photos.caption()
        try await browse("/", photos) { browser async throws in
            let bytes = ServedPhotos.bitmap(4).map(String.init).joined(separator: ",")
            _ = try await browser.value(
                """
                (() => {
                    const files = new DataTransfer();
                    files.items.add(new File([new Uint8Array([\(bytes)])], "mine.bmp", { type: "image/bmp" }));
                    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
                })()
                """)
            try await browser.wait("document.querySelectorAll('#grid li').length === 5")
            #expect(try await browser.value("document.querySelector('.show').title") as? String == "4.bmp")
            #expect(
                try await browser.value("document.getElementById('like-text').textContent") as? String
                    == "Like mine.bmp")
            try await browser.wait("document.querySelectorAll('#sentences li').length === 4")
            #expect(
                try await browser.value(
                    "[...document.querySelectorAll('#sentences .own')].map((e) => e.textContent).join()")
                    as? String == "cat 4")
            _ = try await browser.value("document.getElementById('unlike').click()")
            try await browser.wait("document.getElementById('sentences').hidden")
        }
    }
}
