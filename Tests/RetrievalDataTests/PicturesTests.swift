import ArrayFiles
import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalData

/// Splits opened for their images alone, and what their regions show.
@Suite struct PicturesTests {
    let folder: DataFolder

    init() throws {
        folder = try DataFolder()
        try folder.scan("all")
    }

    private func pictures(_ split: String = "all") throws -> RetrievalSplit {
        try Dataset(path: folder.path).pictures(split)
    }

    private func classes(_ numbers: [Int32], shape: [Int], type: ElementType = .int32) throws {
        let writer = try NumpyWriter(path: folder.path + "/all_classes.npy", elementType: type, shape: shape)
        try numbers.withUnsafeBytes { try writer.append($0) }
        try writer.finish()
    }

    /// Three regions in each of two images.
    private func label() throws {
        try classes([0, 1, 0, 2, 2, 1], shape: [2, 3])
        try folder.features("all_confidences.npy", [2, 3]) { Float($0) / 2 + Float($1) / 8 }
        try folder.text("class_names.txt", ["dog", "cat", "traffic light"])
    }

    @Test func `captions may be missing`() throws {
        try folder.remove("all_caps.txt")
        let split = try pictures()
        #expect(split.imageCount == 2 && split.captions.isEmpty && split.captionsOfImage == [[], []])
        #expect(split.imageNames == ["dog.jpg", "cat.jpg"])
        #expect(try split.regions([1]) == (1...12).map(Float.init))
        #expect(try split.globals([1]) == [10, 9, 8, 7, 6])
        #expect(try split.boxes(ofImage: 1)?[2] == [9, 10, 11, 12])
        #expect(split.subset(images: [1]).captionsOfImage == [[]])
    }

    @Test func `captions that are there are read`() throws {
        #expect(try pictures().captions == folder.split("all").captions)
        try folder.text("all_caps.txt", ["a", "b", "c"])
        #expect(throws: InputError.self) { try pictures() }
    }

    @Test func `what needs captions still refuses`() throws {
        try folder.remove("all_caps.txt")
        #expect(
            try folder.problem("all")
                == "DIR/all_caps.txt: opening: expected a readable file, found No such file or directory")
        #expect(try DatasetInspection.inspect(path: folder.path).splits.isEmpty)
    }

    @Test func `images of a Karpathy file may have no sentences`() throws {
        try label()
        let json = #"""
            {"images": [{"filename": "cat.jpg", "split": "new", "sentences": []},
                        {"filename": "dog.jpg", "split": "new", "sentences": [{"raw": "a dog"}]}]}
            """#
        try folder.bytes("dataset_x.json", Array(json.utf8))
        let split = try pictures("new")
        #expect(split.captionsOfImage == [[], [0]] && split.imageOfCaption == [1])
        #expect(split.imageNames == ["cat.jpg", "dog.jpg"])
        #expect(try split.regionLabels(ofImage: 0)?.map(\.name) == ["traffic light", "traffic light", "cat"])
        #expect(
            try folder.problem("new") == "DIR/dataset_x.json: cat.jpg: expected at least one sentence, found none")
        let missing = try #require(throws: InputError.self) { try pictures("old") }
        #expect(folder.line(missing) == "DIR: split: expected one of all, new, found old")
    }

    @Test func `regions are named`() throws {
        #expect(try pictures().regionLabels(ofImage: 0) == nil)
        try label()
        #expect(
            try pictures().regionLabels(ofImage: 1) == [
                RegionLabel(name: "traffic light", confidence: 0.5),
                RegionLabel(name: "traffic light", confidence: 0.625), RegionLabel(name: "cat", confidence: 0.75),
            ])
        #expect(
            try pictures().subset(images: [1]).regionLabels(ofImage: 0) == pictures().regionLabels(ofImage: 1))
        try folder.remove("all_confidences.npy")
        #expect(try pictures().regionLabels(ofImage: 0)?.first == RegionLabel(name: "dog", confidence: nil))
    }

    @Test func `bad labels are named`() throws {
        func problem() throws -> String {
            let error = try #require(throws: InputError.self) { try pictures().regionLabels(ofImage: 1) }
            return folder.line(error)
        }
        try label()
        try classes([0, 0], shape: [2, 1])
        #expect(
            try problem() == "DIR/all_classes.npy: shape: expected [2, 3] as all_ims.npy asks for, found [2, 1]")
        try classes([0, 0, 0], shape: [2, 3], type: .int16)
        #expect(
            try problem() == "DIR/all_classes.npy: header: expected elements of int32, found int16; "
                + "in Python, np.save(path, np.load(path).astype(np.int32)) mends it")
        for wrong in [-1, 3] as [Int32] {
            try classes([0, 0, 0, 0, wrong, 0], shape: [2, 3])
            #expect(
                try problem() == "DIR/all_classes.npy: row 1, region 1: expected a class of 0 ..< 3, "
                    + "the lines of DIR/class_names.txt, found \(wrong)")
        }
        try label()
        try folder.features("all_confidences.npy", [2, 3]) { $0 == 1 && $1 == 2 ? .nan : 1 }
        #expect(try problem() == "DIR/all_confidences.npy: row 1, column 2: expected a finite number, found nan")
        try folder.features("all_confidences.npy", [2, 2])
        #expect(
            try problem() == "DIR/all_confidences.npy: shape: expected [2, 3] as all_ims.npy asks for, found [2, 2]")
        try label()
        try folder.remove("class_names.txt")
        #expect(
            try problem()
                == "DIR/class_names.txt: opening: expected a readable file, found No such file or directory")
    }
}
