import AsCLBase
import RetrievalFixtures
import Testing

@testable import RetrievalData

@Suite struct ExtraPositivesTests {
    let folder: DataFolder

    /// Images dog.jpg and cat.jpg with two captions each.
    init() throws {
        folder = try DataFolder()
        try folder.scan("test")
    }

    func read(_ json: String) throws -> [[Int]] {
        try folder.text("extra.json", [json])
        return try ExtraPositives.read(folder.path + "/extra.json", split: folder.split("test"))
    }

    func problem(_ json: String) throws -> String {
        folder.line(try #require(throws: InputError.self) { try read(json) })
    }

    @Test func `extra images follow the caption's own`() throws {
        #expect(try read(#"{"cat.jpg": [0, 1], "dog.jpg": [3]}"#) == [[0, 1], [0, 1], [1], [1, 0]])
        #expect(try read("{}") == [[0], [0], [1], [1]])
    }

    @Test func `an image may be numbered, and a pair named again`() throws {
        #expect(try read(#"{"1": [0, 0, 2], "cat.jpg": [0], "dog.jpg": []}"#) == [[0, 1], [0], [1], [1]])
    }

    @Test func `a name stands before a number, and without names numbers serve`() throws {
        try folder.text("test_ids.txt", ["1", "0"])
        #expect(try read(#"{"1": [2]}"#) == [[0], [0], [1, 0], [1]])
        try folder.remove("test_ids.txt")
        #expect(try read(#"{"1": [0]}"#) == [[0, 1], [0], [1], [1]])
    }

    @Test func `what the split does not have is named`() throws {
        let image = "expected a file name or a number of 0 ..< 2 (split test), found"
        #expect(try problem(#"{"cow.jpg": [0]}"#) == "DIR/extra.json: image cow.jpg: \(image) neither")
        #expect(try problem(#"{"2": [0]}"#) == "DIR/extra.json: image 2: \(image) neither")
        #expect(
            try problem(#"{"cat.jpg": [0, 4]}"#)
                == "DIR/extra.json: image cat.jpg, entry 1: expected a caption of 0 ..< 4 (split test), found 4")
        #expect(try problem(#"{"cat.jpg": [-1]}"#).hasSuffix("found -1"))
        try folder.text("test_ids.txt", ["dog.jpg", "dog.jpg"])
        #expect(try problem(#"{"dog.jpg": [0]}"#) == "DIR/extra.json: image dog.jpg: \(image) the name of 2 images")
    }

    @Test func `an image named twice is not half lost`() throws {
        #expect(
            try problem(#"{"cat.jpg": [0], "c\u0061t.jpg" : [1]}"#)
                == "DIR/extra.json: JSON: expected every image once, found 2 entries of 1 images")
        try folder.text("test_ids.txt", [#"a":"\"#, "b"])
        #expect(try read(#"{"a\":\"\\": [2]}"#) == [[0], [0], [1, 0], [1]], "a colon of a name is no entry")
    }

    @Test(arguments: ["[1]", #"{"cat.jpg": 1}"#, #"{"cat.jpg": [1.5]}"#, #"{"cat.jpg": ["1"]}"#, "{", "  "])
    func `other JSON is one line`(json: String) throws {
        let problem = try problem(json)
        #expect(problem.hasPrefix(#"DIR/extra.json: JSON: expected {"image": [caption, ...], ...}, found "#))
        #expect(problem.split(whereSeparator: \.isNewline).count == 1)
    }

    @Test func `files that cannot be read are named`() throws {
        func problem(_ bytes: [UInt8]) throws -> String {
            try folder.bytes("extra.json", bytes)
            let split = try folder.split("test")
            return folder.line(
                try #require(throws: InputError.self) {
                    try ExtraPositives.read(folder.path + "/extra.json", split: split)
                })
        }
        #expect(
            try problem([]) == #"DIR/extra.json: content: expected {"image": [caption, ...], ...}, found an empty file"#
        )
        #expect(
            try problem([0x7B, 0x22, 0xFF, 0x22, 0x7D])
                == "DIR/extra.json: content: expected UTF-8 text, found bytes that are not UTF-8")
        let split = try folder.split("test")
        let missing = try #require(throws: InputError.self) {
            try ExtraPositives.read(folder.path + "/none.json", split: split)
        }
        #expect(folder.line(missing).hasPrefix("DIR/none.json: "))
    }
}
