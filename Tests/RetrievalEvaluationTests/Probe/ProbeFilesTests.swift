import AsCLBase
import RetrievalData
import RetrievalFixtures
import Testing

@testable import RetrievalEvaluation

@Suite struct ProbeFilesTests {
    let folder: DataFolder
    let cases = [
        ProbeCase(image: 0, right: "a dog", wrong: "a cat", type: .detail),
        ProbeCase(image: 1, right: "cats \"here\" / now", wrong: "dogs", type: .joined),
    ]
    var path: String { folder.path + "/probe.json" }

    /// Images dog.jpg and cat.jpg.
    init() throws {
        folder = try DataFolder()
        try folder.scan("test")
    }

    func read(_ json: String? = nil) throws -> ProbeReading {
        if let json { try folder.bytes("probe.json", Array(json.utf8)) }
        return try ProbeCase.read(path, split: folder.split("test"))
    }

    func problem(_ json: String? = nil) throws -> String {
        let error = try #require(throws: InputError.self) { try read(json) }
        return error.description.replacing(path, with: "FILE")
    }

    func foil(_ annotations: String) -> String {
        """
        {"info": {}, "images": [{"id": 7, "file_name": "dog.jpg"}, {"id": 8, "file_name": "cow.jpg"},
        {"id": 9, "file_name": "cat.jpg"}], "annotations": [\(annotations)]}
        """
    }

    func annotation(_ id: Int, image: Int, foilID: Int?, foil: Bool, _ caption: String) -> String {
        let foilID = foilID.map { "\"foil_id\": \($0), " } ?? ""
        return """
            {"id": \(id), "image_id": \(image), \(foilID)"foil": \(foil), "caption": "\(caption)",
            "target_word": "x", "foil_word": "ORIG"}
            """
    }

    @Test func `the program's own form goes there and back`() throws {
        try cases.write(to: path)
        let reading = try read()
        #expect(reading == ProbeReading(cases: cases, missingImages: 0, unpairedFoils: 0))
        let error = try #require(throws: InputError.self) { try cases.write(to: folder.path + "/none/probe.json") }
        #expect(error.path?.hasSuffix("/none/probe.json") == true)
    }

    @Test func `foils are paired by either number`() throws {
        // Numbered by pair as well as by annotation; the order is nobody's promise.
        let annotations = [
            annotation(1, image: 7, foilID: 50, foil: true, "a cat runs"),
            annotation(11, image: 7, foilID: 50, foil: false, "a dog runs"),
            annotation(11, image: 7, foilID: 60, foil: true, "a cow runs"),
            annotation(2, image: 9, foilID: 51, foil: false, "two cats"),
            annotation(2, image: 9, foilID: 52, foil: true, "two dogs"),
            annotation(2, image: 9, foilID: nil, foil: true, "two cows"),
            annotation(3, image: 8, foilID: 53, foil: false, "a cow"),
            annotation(3, image: 8, foilID: 53, foil: true, "a horse"),
            annotation(4, image: 9, foilID: 54, foil: true, "of nothing"),
            annotation(11, image: 9, foilID: 50, foil: true, "of another image"),
        ]
        let reading = try read(foil(annotations.joined(separator: ",")))
        #expect(
            reading.cases == [
                ProbeCase(image: 0, right: "a dog runs", wrong: "a cat runs", type: .detail),
                ProbeCase(image: 0, right: "a dog runs", wrong: "a cow runs", type: .detail),
                ProbeCase(image: 1, right: "two cats", wrong: "two dogs", type: .detail),
                ProbeCase(image: 1, right: "two cats", wrong: "two cows", type: .detail),
            ])
        #expect((reading.missingImages, reading.unpairedFoils) == (1, 2))
    }

    @Test func `SugarCrepe is read in order`() throws {
        let pair = { (number: Int, name: String) in
            "\"\(number)\": {\"filename\": \"\(name)\", \"caption\": \"right \(number)\", "
                + "\"negative_caption\": \"wrong \(number)\"}"
        }
        let pairs = [pair(10, "cat.jpg"), pair(9, "dog.jpg"), pair(2, "cow.jpg"), pair(30, "cow.jpg")]
        let reading = try read("{\(pairs.joined(separator: ","))}")
        #expect(reading.cases.map(\.right) == ["right 9", "right 10"])
        #expect(reading.cases.map(\.wrong) == ["wrong 9", "wrong 10"])
        #expect(reading.cases.map(\.image) == [0, 1] && reading.missingImages == 1)
        #expect(reading.cases.allSatisfy { $0.type == .detail })
    }

    /// The split has the names of 2014, SugarCrepe those of 2017.
    @Test func `both of COCO's names are known`() throws {
        try folder.text("test_ids.txt", ["COCO_val2014_000000000042.jpg", "val2014/COCO_val2014_000000000043.jpg"])
        let reading = try read(
            """
            {"0": {"filename": "000000000043.jpg", "caption": "a", "negative_caption": "b"},
            "1": {"filename": "000000000044.jpg", "caption": "a", "negative_caption": "b"}}
            """)
        #expect(reading.cases.map(\.image) == [1] && reading.missingImages == 1)
    }

    @Test func `what is wrong is named`() throws {
        #expect(try problem().hasPrefix("FILE: opening: expected a readable file, found "))
        for json in ["", "3", "[{}]", "{\"annotations\": []}", "{\"0\": {\"filename\": 3}}", "[{\"image\": 0}"] {
            let line = try problem(json)
            #expect(line.hasPrefix("FILE: JSON: expected an array of {image, right, wrong, type}"), "\(json)")
            #expect(!line.contains("\n"))
        }
        #expect(try problem("[{\"image\": 0, \"right\": \"a\", \"wrong\": \"b\", \"type\": \"IV\"}]").contains("type"))
        #expect(
            try problem("[{\"image\": 2, \"right\": \"a\", \"wrong\": \"b\", \"type\": \"I\"}]")
                == "FILE: case 0: expected an image below 2, found 2")
        #expect(
            try problem("[{\"image\": 1, \"right\": \"a\", \"wrong\": \" \", \"type\": \"I\"}]")
                == "FILE: case 0: expected a right and a wrong caption, found a blank one")
        #expect(try problem("[]") == "FILE: content: expected at least one case, found none")
        #expect(try problem("{}") == "FILE: content: expected at least one case, found none")
        let lost = annotation(5, image: 70, foilID: 1, foil: true, "a")
        #expect(try problem(foil(lost)) == "FILE: annotation 5: expected an image_id that images list, found 70")
    }

    @Test func `other images are an error`() throws {
        let json = "{\"0\": {\"filename\": \"cow.jpg\", \"caption\": \"a\", \"negative_caption\": \"b\"}}"
        #expect(
            try problem(json)
                == "FILE: images: expected some of split test's, such as dog.jpg, found 1 others, such as cow.jpg")
        try folder.remove("test_ids.txt")
        #expect(try problem(json).hasPrefix("FILE: images: expected a split with image names (test_ids.txt)"))
        // The own form needs no names.
        try cases.write(to: path)
        #expect(try read().cases == cases)
    }
}
