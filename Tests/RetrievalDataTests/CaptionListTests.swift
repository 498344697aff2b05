import AsCLBase
import RetrievalFixtures
import Testing

@testable import RetrievalData

@Suite struct CaptionListTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func entries(_ text: String, _ name: String = "captions.txt") throws -> [[String]] {
        try folder.write(text, to: name)
        return try CaptionList(path: "\(folder.path)/\(name)").entries.map { [$0.name] + $0.captions }
    }

    @Test func `names and captions stand in lines, numbered as Flickr8k's or not`() throws {
        #expect(
            try entries("b.jpg\ta dog\na.jpg#0\tone\na.jpg#1\ttwo\tthree\nb.jpg\t  a cat \nsub/c#d.jpg\tx\n") == [
                ["b.jpg", "a dog", "a cat"], ["a.jpg", "one", "two\tthree"], ["sub/c#d.jpg", "x"],
            ])
    }

    @Test func `a Karpathy JSON gives its folders, and leaves pictures without captions out`() throws {
        let image = #"{"filename": "1.jpg", "filepath": "val2014", "split": "val", "sentences": [{"raw": "a dog"}]}"#
        let none = #"{"filename": "2.jpg", "split": "val", "sentences": []}"#
        #expect(try entries("{\"images\": [\(image), \(none)]}", "x.json") == [["val2014/1.jpg", "a dog"]])
        let error = #expect(throws: InputError.self) { try entries("{\"images\": [\(none)]}", "x.json") }
        #expect("\(try #require(error))".hasSuffix("images: expected captions, found none"))
    }

    @Test(arguments: [
        ("a.jpg\tdog\nb.jpg a cat\n", "line 2: expected a picture's name, a tab and a caption, found \"b.jpg a cat\""),
        ("a.jpg\t\n", "line 1: expected a picture's name, a tab and a caption"),
        ("\ta dog\n", "line 1: expected a picture's name, a tab and a caption"),
        ("", "expected one picture's name, tab and caption a line, found an empty file"),
    ])
    func `a line that is none is told`(_ text: String, _ line: String) throws {
        let error = #expect(throws: InputError.self) { try entries(text) }
        #expect("\(try #require(error))".contains(line), "\(String(describing: error))")
    }

    @Suite struct MutatedCaptionListTests {
        @Test(arguments: ["captions.txt", "captions.json"])
        func `a changed file is read or refused`(_ name: String) throws {
            let json = #"{"images": [{"filename": "1.jpg", "split": "val", "sentences": [{"raw": "a dog"}]}]}"#
            let lines = (0..<20).map { "\($0).jpg#1\ta dog runs\n" }.joined()
            let outcomes = try Fuzz.outcomes(of: Array((name.hasSuffix("json") ? json : lines).utf8), name: name) {
                _ = try CaptionList(path: $0)
            }
            #expect(outcomes.read > 0 && outcomes.refused > 0)
        }
    }
}
