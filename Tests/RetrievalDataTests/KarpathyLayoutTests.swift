import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalData

@Suite struct KarpathyLayoutTests {
    let folder: DataFolder

    /// Five images in two feature files whose names and order have nothing to do with the splits.
    init() throws {
        folder = try DataFolder()
        try folder.features("a_ims.npy", [3, 2, 2]) { Float($0 * 10 + $1) }
        try folder.text("a_ids.txt", ["3.jpg", "1.jpg", "2.jpg"])
        try folder.features("b_ims.npy", [2, 2, 2], type: .float16) { Float(100 + $0 * 10 + $1) }
        try folder.text("b_ids.txt", ["4.jpg", "5.jpg"])
        try json([
            ("1.jpg", "train", ["one", "uno", "eins"]), ("2.jpg", "val", ["two"]),
            ("3.jpg", "test", ["three", "drei"]),
            ("4.jpg", "restval", ["four", " quattro\n"]), ("5.jpg", "val", ["five", "cinque"]),
        ])
    }

    func json(_ images: [(name: String, split: String, captions: [String])]) throws {
        let content = images.map { image in
            [
                "filename": image.name, "split": image.split, "imgid": 1,
                "sentences": image.captions.map { ["raw": $0, "tokens": []] },
            ] as [String: Any]
        }
        let data = try JSONSerialization.data(withJSONObject: ["images": content, "dataset": "x"])
        try folder.bytes("dataset_x.json", Array(data))
    }

    @Test func `a byte order mark is no part of the JSON`() throws {
        let file = URL(fileURLWithPath: folder.path + "/dataset_x.json")
        try (Data([0xEF, 0xBB, 0xBF]) + Data(contentsOf: file)).write(to: file)
        #expect(try folder.split("train").imageNames == ["1.jpg", "4.jpg"])
    }

    @Test func `captions and features are joined by name`() throws {
        let train = try folder.split("train")
        #expect(train.imageNames == ["1.jpg", "4.jpg"])
        #expect(train.captions == ["one", "uno", "eins", "four", "quattro"])
        #expect(train.captionsOfImage == [[0, 1, 2], [3, 4]])
        #expect(train.imageOfCaption == [0, 0, 0, 1, 1])
        #expect(try train.regions([0, 1]) == [10, 11, 12, 13, 100, 101, 102, 103])
        #expect(try train.globals([1]) == [101, 102])
        let val = try folder.split("val")
        #expect(val.captionsOfImage == [[0], [1, 2]])
        #expect(try val.regions([1]) == [110, 111, 112, 113])
        // All its images are in one of the files.
        #expect(try folder.split("test").regions([0]) == [0, 1, 2, 3])
        #expect(try Dataset(path: folder.path).splitNames() == ["a", "b", "test", "train", "val"])
    }

    @Test func `a split may use only a later file`() throws {
        try folder.features("a_ims.npy", [3, 5, 5])
        try json([("5.jpg", "late", ["five"]), ("4.jpg", "late", ["four"])])
        let split = try folder.split("late")
        #expect((split.regionCount, split.regionDimension) == (2, 2))
        #expect(try split.regions([0, 1]) == [110, 111, 112, 113, 100, 101, 102, 103])
    }

    @Test func `the SCAN layout wins unless the file is given`() throws {
        try folder.scan("val")
        try folder.remove("val_ids.txt")
        #expect(try folder.split("val").captions.count == 4)
        let file = try Dataset(path: folder.path + "/dataset_x.json")
        #expect(try file.split("val").captions == ["two", "five", "cinque"])
        let missing = #expect(throws: InputError.self) { try file.split("dev") }
        #expect(missing.map(folder.line) == "DIR/dataset_x.json: split: expected one of test, train, val, found dev")
    }

    @Test func `images without features are counted`() throws {
        try folder.text("b_ids.txt", ["4.jpg", "other.jpg"])
        #expect(
            try folder.problem("val")
                == "DIR/dataset_x.json: split val: expected every image named in an *_ids.txt beside an *_ims.npy, "
                + "found 1 of 2 not named, first 5.jpg")
        #expect(try folder.split("train").imageCount == 2)
    }

    @Test func `images that failed are left out and counted`() throws {
        try folder.text("b_ids.txt", ["4.jpg", "other.jpg"])
        // 2.jpg has features all the same.
        try folder.text("failed.tsv", ["name\treason", "2.jpg\tan old failure", "5.jpg\tnot a picture"])
        let val = try folder.split("val")
        #expect(val.imageNames == ["2.jpg"] && val.captions == ["two"] && val.withoutFeatures == 1)
        #expect(try val.regions([0]) == [20, 21, 22, 23])
        let train = try folder.split("train")
        #expect(train.withoutFeatures == 0)
        // Parts of a split do not lose what the whole has lost, and say it once.
        let parts = [val.subset(images: [0]), val.subset(images: []), train]
        #expect(parts.map(\.withoutFeatures) == [1, 1, 0])
        let told = parts.omissions.filter { $0.contains("left out") }
        #expect(told == ["val: 1 images without features left out; failed.tsv says why"])
        let report = try DatasetInspection.inspect(path: folder.path)
        #expect(report.problems.isEmpty)
        #expect(report.description.contains("\nval: 1 images without features left out; failed.tsv says why\n"))

        // A name is escaped there as it has to be in a table.
        try json([("1.jpg", "val", ["one"]), ("a\\b.jpg", "val", ["back"])])
        try folder.text("failed.tsv", ["name\treason", "a\\\\b.jpg\tnot a picture", "5.jpg\tnot a picture"])
        #expect(try folder.split("val").withoutFeatures == 1)

        // Nobody said why the next has none.
        try json([("1.jpg", "val", ["one"]), ("5.jpg", "val", ["five"]), ("6.jpg", "val", ["six"])])
        #expect(try folder.problem("val").hasSuffix("found 1 of 3 not named, first 6.jpg"))
        try json([("5.jpg", "val", ["five"])])
        #expect(try folder.problem("val").hasSuffix("found 1 of 1 not named, first 5.jpg"))
    }

    @Test func `a split without captions of its own has the file's captions`() throws {
        try folder.scan("val")
        try folder.remove("val_caps.txt")
        try folder.text("val_ids.txt", ["5.jpg", "2.jpg"])
        try folder.remove("a_ims.npy")
        try folder.remove("b_ims.npy")
        let val = try folder.split("val")
        #expect(val.imageNames == ["2.jpg", "5.jpg"] && val.captions == ["two", "five", "cinque"])
        #expect(try val.globals([0, 1]) == [10, 9, 8, 7, 6, 0, -1, -2, -3, -4])
        try folder.text("val_caps.txt", ["a", "b"])
        #expect(try folder.split("val").captions == ["a", "b"])
    }

    @Test func `feature files have to agree`() throws {
        try folder.features("b_ims.npy", [2, 2, 3])
        #expect(
            try folder.problem("train")
                == "DIR/b_ims.npy: regions: expected [2, 2] an image as beside DIR/a_ims.npy, found [2, 3]")
        try folder.features("b_ims.npy", [2, 2, 2])
        try folder.features("b_globals.npy", [2, 7])
        #expect(
            try folder.problem("train")
                == "DIR/b_globals.npy: globals: expected none an image as beside DIR/a_ims.npy, found [7]")
        #expect(try folder.split("test").globalsAreRegionMeans)
    }

    @Test func `bad files are named`() throws {
        try json([("1.jpg", "train", ["one"]), ("2.jpg", "train", [])])
        #expect(try folder.problem("train") == "DIR/dataset_x.json: 2.jpg: expected at least one sentence, found none")
        try json([("1.jpg", "train", ["one", "  \n"])])
        #expect(
            try folder.problem("train")
                == "DIR/dataset_x.json: 1.jpg, sentence 1: expected a caption, found a blank one")
        for text in ["{\"images\": [", "{}", "[]", "{\"images\": [{\"filename\": \"1.jpg\", \"split\": 3}]}"] {
            try folder.bytes("dataset_x.json", Array(text.utf8))
            let line = try folder.problem("train")
            #expect(line.hasPrefix("DIR/dataset_x.json: JSON: expected images with filename, split and sentences"))
            #expect(!line.contains("\n"))
        }
        try folder.bytes("dataset_y.json", [])
        #expect(try folder.problem("train").hasSuffix("found dataset_x.json, dataset_y.json"))
    }
}
