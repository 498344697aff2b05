import ArrayFiles
import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalData

@Suite struct DatasetInspectionTests {
    let folder: DataFolder

    init() throws { folder = try DataFolder() }

    @Test func `what is there is reported`() throws {
        try folder.scan("test", type: .float16)
        try folder.features("test_ims.npy", [2, 3, 4], type: .float16) { _, index in index % 2 == 0 ? 3 : 4 }
        let report = try DatasetInspection.inspect(path: folder.path)
        #expect(report.problems.isEmpty)
        let split = try #require(report.splits.first)
        #expect((split.name, split.layout, split.images, split.captions) == ("test", .scan, 2, 4))
        let words = try #require(split.wordsPerCaption)
        #expect((split.captionsPerImage.minimum, split.captionsPerImage.maximum) == (2, 2))
        #expect((words.minimum, words.median, words.maximum) == (2, 2, 3))
        #expect(words.mean == 2.5)
        #expect((split.regionCount, split.regionDimension, split.globalDimension) == (3, 4, 5))
        #expect((split.elementType, split.storedTimes) == ("float16", 1))
        #expect(split.bytes == 2 * (24 + 10) + 4 * 24)
        #expect(abs((split.regionNorm ?? 0) - 50.0.squareRoot()) < 1e-9)
        #expect(report.description.contains("no problems found"))
        let data = try JSONEncoder().encode(report)
        #expect(try JSONDecoder().decode(DatasetInspection.self, from: data) == report)
    }

    @Test func `everything that is wrong is reported`() throws {
        try folder.scan("bad")
        try folder.features("bad_ims.npy", [2, 3, 4]) { $1 == 11 ? .nan : 1 }
        try folder.features("bad_globals.npy", [2, 5]) { row, _ in row == 1 ? .infinity : 1 }
        try folder.scan("cut")
        try folder.text("cut_caps.txt", ["a"])
        try folder.scan("good")
        try folder.remove("good_globals.npy")
        let five = (0..<100).map { "caption \($0)" }
        // Only row 22, which opening does not look at, differs from those it should repeat.
        try folder.features("five_ims.npy", [100, 1, 1]) { row, _ in row == 22 ? 1 : 2 }
        try folder.text("five_caps.txt", five)
        try folder.bytes("dataset_x.json", Array("{".utf8))
        let report = try DatasetInspection.inspect(path: folder.path)
        #expect(report.splits.map(\.name) == ["bad", "five", "good"])
        #expect(report.splits[0].regionNorm == nil)
        #expect(report.splits[2].globalDimension == nil)
        let lines = report.problems.map { $0.replacingOccurrences(of: folder.path, with: "DIR") }
        try #require(lines.count == 5)
        #expect(lines[0] == "DIR/cut_caps.txt: lines: expected a multiple of the 2 images, found 1")
        #expect(lines[1].hasPrefix("DIR/dataset_x.json: JSON: "))
        #expect(
            lines[2] == "DIR/bad_ims.npy: row 0, region 2, column 3: expected a finite number, found nan, "
                + "the first of 2 such rows")
        #expect(
            lines[3] == "DIR/bad_globals.npy: row 1, column 0: expected a finite number, found inf, the only such row")
        #expect(lines[4].hasPrefix("DIR/five_ims.npy: row 22: expected the same as row 20"))
        #expect(report.description.contains("5 problem(s):\n\(report.problems[0])"))
    }

    @Test func `rows of zeros and squares beyond float32 are named`() throws {
        try folder.scan("test")
        try folder.features("test_ims.npy", [4, 3, 4]) { row, index in row == 1 || row == 3 ? 0 : index == 6 ? 1e19 : 1
        }
        try folder.features("test_globals.npy", [4, 5]) { row, _ in row == 1 ? 0 : 2 }
        try folder.features("test_boxes.npy", [4, 3, 4]) { _, _ in 0 }
        try folder.remove("test_ids.txt")
        let empty = "expected features, found only zeros, as of a picture that could not be read"
        let report = try DatasetInspection.inspect(path: folder.path)
        #expect(
            report.problems.map { $0.replacing(folder.path, with: "DIR") } == [
                "DIR/test_ims.npy: row 1: \(empty), the first of 2 such rows",
                "DIR/test_globals.npy: row 1: \(empty), the only such row",
            ])
        let split = try folder.split("test")
        #expect(try split.checkFeatures() == report.problems)
        #expect(try split.subset(images: [0, 2]).checkFeatures().isEmpty)

        // 1e19 squared is within float32, four times that is not.
        try folder.features("test_ims.npy", [4, 3, 4]) { row, index in row == 2 && index / 4 == 1 ? 1e19 : 1 }
        let line =
            "DIR/test_ims.npy: row 2, region 1, column 0: expected a number whose square float32 can sum up, found 1e+19, "
            + "the only such row"
        let huge = try DatasetInspection.inspect(path: folder.path)
        #expect(huge.problems.first?.replacing(folder.path, with: "DIR") == line)
        #expect(huge.splits[0].regionNorm == nil)
        let damaged = try folder.split("test")
        #expect(folder.line(try #require(throws: InputError.self) { try damaged.checkFeatures() }) == line)
    }

    @Test func `a collection of pictures needs no captions`() throws {
        try folder.scan("all")
        try folder.remove("all_caps.txt")
        #expect(try DatasetInspection.inspect(path: folder.path).problems.count == 1)
        // What `ascl features` leaves beside the features that it made.
        try folder.text("features.json", ["{}"])
        let report = try DatasetInspection.inspect(path: folder.path)
        #expect(report.problems.isEmpty && report.splits.map(\.captions) == [0])
        #expect(report.description.contains("\nall: no captions; good for queries"))
    }
}
