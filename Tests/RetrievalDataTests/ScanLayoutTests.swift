import ArrayFiles
import AsCLBase
import RetrievalFixtures
import Testing

@testable import RetrievalData

@Suite struct ScanLayoutTests {
    let folder: DataFolder

    init() throws { folder = try DataFolder() }

    @Test(arguments: [ElementType.float16, .float32]) func `a split is opened`(type: ElementType) throws {
        try folder.scan("test", type: type)
        let split = try folder.split("test")
        #expect(split.captions == ["a dog runs", "the dog", "two cats", "cats  asleep now"])
        #expect(split.imageOfCaption == [0, 0, 1, 1])
        #expect(split.captionsOfImage == [[0, 1], [2, 3]])
        #expect(split.imageNames == ["dog.jpg", "cat.jpg"])
        #expect(split.imageCount == 2)
        #expect((split.regionCount, split.regionDimension, split.globalDimension) == (3, 4, 5))
        #expect(!split.globalsAreRegionMeans)
        #expect(try split.regions([1, 0]) == (1...12).map(Float.init) + (0...11).map(Float.init))
        #expect(try split.globals([1, 1, 0]) == [10, 9, 8, 7, 6, 10, 9, 8, 7, 6, 0, -1, -2, -3, -4])
        #expect(try split.boxes(ofImage: 1)?[2] == [9, 10, 11, 12])
    }

    @Test func `half precision is exact`() throws {
        let values: [Float] = [0, -0.0, 1, -65504, 0x1p-24, -0x1.ff8p-15, 0.333251953125, 3.140625]
        try folder.features("test_ims.npy", [1, 2, 4], type: .float16) { values[$1] }
        try folder.text("test_caps.txt", ["a"])
        let read = try folder.split("test").regions([0])
        #expect(read.map(\.bitPattern) == values.map(\.bitPattern))
    }

    @Test func `region means serve as globals`() throws {
        try folder.scan("test")
        try folder.remove("test_globals.npy")
        let split = try folder.split("test")
        #expect(split.globalsAreRegionMeans)
        #expect(split.globalDimension == 4)
        #expect(try split.globals([0, 1]) == [4, 5, 6, 7, 5, 6, 7, 8])
    }

    @Test func `images stored five times are one`() throws {
        try folder.features("test_ims.npy", [10, 2, 3]) { Float($0 / 5 * 100 + $1) }
        try folder.features("test_globals.npy", [10, 2]) { row, _ in Float(row / 5) }
        try folder.text("test_caps.txt", (0..<10).map { "caption \($0)" })
        try folder.text("test_ids.txt", (0..<10).map { "\($0 / 5).jpg" })
        let split = try folder.split("test")
        #expect(split.storedTimes == 5)
        #expect(split.imageCount == 2)
        #expect(split.captionsOfImage == [[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]])
        #expect(split.imageNames == ["0.jpg", "1.jpg"])
        #expect(try split.regions([1]) == [100, 101, 102, 103, 104, 105])
        #expect(try split.globals([1, 0]) == [1, 1, 0, 0])
        try folder.text("test_ids.txt", ["x.jpg", "y.jpg"])
        #expect(try folder.split("test").imageNames == ["x.jpg", "y.jpg"])

        // As many rows as captions, but each another image: one caption an image.
        try folder.features("test_ims.npy", [10, 2, 3]) { Float($0 == 7 ? 1 : $0 / 5 * 100 + $1) }
        try folder.remove("test_ids.txt")
        let single = try folder.split("test")
        #expect(single.imageCount == 10)
        #expect(single.captionsOfImage[7] == [7])
    }

    @Test func `a subset keeps images and their captions together`() throws {
        try folder.scan("test")
        let subset = try folder.split("test").subset(images: [1])
        #expect(subset.captions == ["two cats", "cats  asleep now"])
        #expect(subset.imageOfCaption == [0, 0])
        #expect(subset.imageNames == ["cat.jpg"])
        #expect(try subset.regions([0]) == (1...12).map(Float.init))
    }

    @Test func `only line feeds end captions`() throws {
        try folder.scan("test")
        try folder.bytes("test_caps.txt", Array("  a\u{2028}b \r\nc\u{0B}d\ne é\nlast".utf8))
        #expect(try folder.split("test").captions == ["a\u{2028}b", "c\u{0B}d", "e é", "last"])
    }

    @Test func `bad captions are named`() throws {
        try folder.scan("test")
        try folder.text("test_caps.txt", ["a", "b", "c"])
        #expect(try folder.problem() == "DIR/test_caps.txt: lines: expected a multiple of the 2 images, found 3")
        try folder.text("test_caps.txt", ["a"])
        #expect(try folder.problem() == "DIR/test_caps.txt: lines: expected a multiple of the 2 images, found 1")
        try folder.bytes("test_caps.txt", [])
        #expect(try folder.problem() == "DIR/test_caps.txt: content: expected one caption a line, found an empty file")
        try folder.text("test_caps.txt", ["a", " \t", "c", "d"])
        #expect(try folder.problem() == "DIR/test_caps.txt: line 2: expected one caption, found a blank line")
        try folder.bytes("test_caps.txt", Array("a\nb\nc".utf8) + [0xC3, 0x28, 10, 0x64, 10])
        #expect(
            try folder.problem() == "DIR/test_caps.txt: line 3: expected UTF-8 text, found bytes that are not UTF-8")
        try folder.remove("test_caps.txt")
        #expect(try folder.problem().hasSuffix("expected a readable file, found No such file or directory"))
    }

    @Test func `tokens of regions are read, and what is none is named`() throws {
        func write(_ type: ElementType, _ shape: [Int], _ values: [Int32]) throws {
            let writer = try NumpyWriter(path: folder.path + "/test_tokens.npy", elementType: type, shape: shape)
            try values.withUnsafeBytes { try writer.append($0) }
            try writer.finish()
        }
        try folder.scan("test")
        #expect(try folder.split("test").regionTokenCount() == nil)
        #expect(try folder.split("test").regionTokens(ofImage: 0) == nil)
        try write(.int32, [2, 3], [4, 0, 7, 8191, 2, 2])
        let split = try folder.split("test")
        #expect(try split.regionTokens(ofImage: 1) == [8191, 2, 2])
        #expect(try split.regionTokenCount() == 8192)
        #expect(try split.subset(images: [0]).regionTokenCount() == 8)
        try write(.int32, [2, 3], [4, 0, 7, 1, -2, 2])
        let error = #expect(throws: InputError.self) { try folder.split("test").regionTokenCount() }
        #expect(
            error.map(folder.line)
                == "DIR/test_tokens.npy: row 1, region 1: expected a token, from 0 to 1048575, found -2")
        try write(.int32, [2, 2], [4, 0, 7, 1])
        #expect(
            try folder.problem() == "DIR/test_tokens.npy: shape: expected [2, 3] as test_ims.npy asks for, found [2, 2]"
        )
        try write(.float32, [2, 3], [4, 0, 7, 1, 2, 2])
        #expect(
            try folder.problem().hasPrefix("DIR/test_tokens.npy: header: expected elements of int32, found f"))
    }

    @Test func `scene text is read, and what cannot be in a picture is named`() throws {
        try folder.scan("test")
        #expect(try !folder.split("test").hasSceneText && folder.split("test").sceneText(ofImage: 0).isEmpty)
        let stop = #"[{"text": "STOP", "box": [0.1, 0.2, 0.3, 0.25]}, {"text": "ahead", "box": [0.1, 0.3, 0.3, 1.01]}]"#
        try folder.text("test_scene_text.jsonl", ["[]", stop])
        let split = try folder.split("test")
        #expect(split.hasSceneText && split.sceneText(ofImage: 0).isEmpty)
        #expect(split.sceneText(ofImage: 1).map(\.text) == ["STOP", "ahead"])
        #expect(split.sceneText(ofImage: 1)[0].box == [0.1, 0.2, 0.3, 0.25])
        #expect(split.subset(images: [1]).sceneText(ofImage: 0).count == 2)
        let file = "DIR/test_scene_text.jsonl: "
        try folder.text("test_scene_text.jsonl", ["[]", stop, "[]"])
        #expect(
            try folder.problem() == file
                + "lines: expected 2, one an image, found 3: text of images that are not known")
        try folder.text("test_scene_text.jsonl", ["[]"])
        #expect(try folder.problem() == file + "lines: expected 2, one an image, found 1")
        try folder.text("test_scene_text.jsonl", ["[]", stop.replacing("0.25", with: "25")])
        #expect(
            try folder.problem() == file
                + "line 2, word 0: expected a box in the picture: left, top, right and bottom as fractions of width and "
                + "height, found [0.1, 0.2, 0.3, 25.0]")
        for wrong in [stop.replacing("0.1", with: "0.4"), stop.replacing("0.25]", with: "0.25, 1]")] {
            try folder.text("test_scene_text.jsonl", ["[]", wrong])
            #expect(try folder.problem().hasPrefix(file + "line 2, word 0: expected a box in the picture"))
        }
        try folder.text("test_scene_text.jsonl", ["[]", stop.replacing("ahead", with: " ")])
        #expect(try folder.problem() == file + "line 2, word 1: expected a text, found an empty one")
        try folder.text("test_scene_text.jsonl", ["", stop])
        #expect(
            try folder.problem() == file
                + #"line 1: expected the words in an image as JSON, [{"text": "STOP", "box": [left, top, right, bottom]}, "#
                + "...], found a blank line; [] is an image without text")
        try folder.text("test_scene_text.jsonl", ["[]", #"{"text": "STOP"}"#])
        #expect(try folder.problem().hasSuffix("found something else"))
    }

    @Test func `scene text of images that are stored five times has a line an image`() throws {
        try folder.features("test_ims.npy", [10, 2, 3]) { Float($0 / 5 * 100 + $1) }
        try folder.text("test_caps.txt", (0..<10).map { "caption \($0)" })
        try folder.text("test_scene_text.jsonl", ["[]", #"[{"text": "EXIT", "box": [0, 0, 1, 1]}]"#])
        let split = try folder.split("test")
        #expect((0..<2).map { split.sceneText(ofImage: $0).map(\.text) } == [[], ["EXIT"]])
        #expect(split.subset(images: [1]).sceneText(ofImage: 0).count == 1)
    }

    @Test func `names one a caption are understood`() throws {
        try folder.scan("test")
        try folder.text("test_ids.txt", ["dog.jpg", "dog.jpg", "cat.jpg", "cat.jpg"])
        #expect(try folder.split("test").imageNames == ["dog.jpg", "cat.jpg"])
        try folder.text("test_ids.txt", ["dog.jpg", "dog.jpg", "dog.jpg", "cat.jpg"])
        #expect(
            try folder.problem()
                == "DIR/test_ids.txt: line 4: expected dog.jpg again, as 4 lines for 2 images are 2 an image, found cat.jpg; "
                + "one line an image is right too, and the file may be removed")
    }

    @Test func `bad feature files are named`() throws {
        try folder.scan("test")
        try folder.features("test_globals.npy", [3, 5])
        #expect(try folder.problem() == "DIR/test_globals.npy: shape: expected 2 rows as in test_ims.npy, found 3")
        try folder.features("test_globals.npy", [2, 5, 1])
        #expect(
            try folder.problem()
                == "DIR/test_globals.npy: shape: expected [images, dimension], none of them 0, found [2, 5, 1]")
        try folder.remove("test_globals.npy")
        try folder.features("test_boxes.npy", [2, 2, 4])
        #expect(
            try folder.problem().contains("test_boxes.npy: shape: expected [2, 3, 4] as test_ims.npy asks for, found"))
        try folder.remove("test_boxes.npy")
        try folder.text("test_ids.txt", ["a", "b", "c"])
        #expect(
            try folder.problem()
                == "DIR/test_ids.txt: lines: expected 2, one an image, or a multiple of it, one a caption, found 3; "
                + "the file may be removed where names are not needed")
        try folder.features("test_ims.npy", [2, 0, 4])
        #expect(try folder.problem().hasSuffix("[images, regions, dimension], none of them 0, found [2, 0, 4]"))
        let writer = try NumpyWriter(path: folder.path + "/test_ims.npy", elementType: .int16, shape: [1, 1, 1])
        try [UInt8](repeating: 0, count: 2).withUnsafeBytes { try writer.append($0) }
        try writer.finish()
        #expect(
            try folder.problem() == "DIR/test_ims.npy: header: expected elements of float16 or float32, found int16; "
                + NumpyArray.remedy)
        let fortran = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }"
        try folder.bytes(
            "test_ims.npy", [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(fortran.utf8.count), 0] + Array(fortran.utf8))
        #expect(
            try folder.problem()
                == "DIR/test_ims.npy: header: expected C order, found Fortran order; \(NumpyArray.remedy)")
        try folder.bytes("test_ims.npy", [])
        #expect(
            try folder.problem()
                == "DIR/test_ims.npy: header: expected the signature of a .npy file, found an empty file")
    }

    @Test(arguments: [ElementType.float16, .float32], [Float.nan, .infinity, -.infinity])
    func `numbers that are not finite are named`(type: ElementType, value: Float) throws {
        try folder.scan("test")
        try folder.features("test_ims.npy", [2, 3, 4], type: type) { $0 == 1 && $1 == 6 ? value : 1 }
        try folder.features("test_globals.npy", [2, 5], type: type) { $0 == 0 && $1 == 4 ? value : 1 }
        let split = try folder.split("test")
        #expect(try split.regions([0]) == Array(repeating: 1, count: 12))
        let regions = try #require(throws: InputError.self) { try split.regions([0, 1]) }
        #expect(
            folder.line(regions)
                == "DIR/test_ims.npy: row 1, region 1, column 2: expected a finite number, found \(value)")
        let globals = try #require(throws: InputError.self) { try split.globals([0]) }
        #expect(
            folder.line(globals) == "DIR/test_globals.npy: row 0, column 4: expected a finite number, found \(value)")
    }

    @Test func `missing splits and folders are named`() throws {
        try folder.scan("train")
        try folder.scan("dev")
        #expect(try folder.problem() == "DIR: split: expected one of dev, train, found test")
        let empty = try DataFolder()
        #expect(
            try empty.problem() == "DIR: content: expected <split>_ims.npy or dataset_*.json, found neither")
        let nowhere = #expect(throws: InputError.self) { try Dataset(path: empty.path + "/x") }
        #expect(nowhere?.found == "nothing there")
    }
}
