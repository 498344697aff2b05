import ArrayFiles
import AsCLBase
import Foundation
import RetrievalData
import Testing

@testable import FeatureExtraction

struct ExtractionTests {
    @Test func `the files hold what the encoder gave`() throws {
        let album = try Album(5)
        let summary = try album.extraction().run()
        #expect(summary.total == 5 && summary.new == 5 && summary.reused == 0 && summary.failed == 0)
        #expect(
            try album.files().keys.sorted() == [
                "all_boxes.npy", "all_classes.npy", "all_confidences.npy", "all_globals.npy", "all_ids.txt",
                "all_ims.npy", "class_names.txt", "features.json",
            ])
        #expect(try album.lines("all_ids.txt") == ["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"])
        let features = (1...5).map { FakeEncoder.features(of: "picture \($0)") }
        #expect(try album.floats("all_ims.npy") == features.flatMap(\.regions).map { Float(Float16($0)) })
        #expect(try album.floats("all_globals.npy") == features.flatMap(\.global).map { Float(Float16($0)) })
        #expect(try album.floats("all_boxes.npy") == features.flatMap(\.boxes))
        #expect(try NumpyArray(path: album.output + "/all_ims.npy").shape == [5, 2, 3])
        #expect(try NumpyArray(path: album.output + "/all_ims.npy").elementType == .float16)
        #expect(try NumpyArray(path: album.output + "/all_classes.npy").elementType == .int32)
        #expect(try album.lines("class_names.txt") == ["cat", "dog", "fish"])
    }

    @Test func `the number of workers does not show`() throws {
        let album = try Album(23)
        try album.add("x.jpg", "broken")
        let one = album.root + "/one"
        _ = try album.extraction(output: one).run()
        _ = try album.extraction(ExtractionSettings(workers: 4, batchSize: 1, picturesPerBlock: 5)).run()
        #expect(try album.files() == album.files(one))
    }

    @Test func `a rerun encodes nothing and changes nothing`() throws {
        let album = try Album(9)
        try album.add("x.jpg", "broken")
        _ = try album.extraction().run()
        let files = try album.files()
        let blocks = try album.blocks()
        let written = try FileManager.default.attributesOfItem(atPath: album.output + "/all_ims.npy")[.systemFileNumber]
        album.encoder.forget()
        let summary = try album.extraction().run()
        #expect(album.encoder.contents == [])
        #expect(summary.new == 0 && summary.reused == 9 && summary.failed == 1 && summary.removed == 0)
        #expect(try album.files() == files)
        #expect(try album.blocks() == blocks)
        let now = try FileManager.default.attributesOfItem(atPath: album.output + "/all_ims.npy")[.systemFileNumber]
        #expect(written as? Int == now as? Int, "the file was made again")
    }

    @Test func `only what is new or changed is encoded`() throws {
        let album = try Album(6)
        _ = try album.extraction().run()
        album.encoder.forget()
        try album.add("0.jpg", "a new picture")
        try album.add("2.jpg", "pictur3 2")  // as long as before
        try album.remove("3.jpg")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: album.images + "/4.jpg")
        try album.add("moved/5.jpg", "picture 5")
        try album.remove("5.jpg")
        try album.add("copy.jpg", "picture 6")
        let summary = try album.extraction().run()
        #expect(album.encoder.contents == ["a new picture", "pictur3 2"])
        #expect(summary.total == 7 && summary.new == 2 && summary.reused == 5 && summary.removed == 2)
        #expect(
            try album.lines("all_ids.txt")
                == ["0.jpg", "1.jpg", "2.jpg", "4.jpg", "6.jpg", "copy.jpg", "moved/5.jpg"])
        let texts = ["a new picture", "picture 1", "pictur3 2", "picture 4", "picture 6", "picture 6", "picture 5"]
        #expect(
            try album.floats("all_boxes.npy") == texts.flatMap { FakeEncoder.features(of: $0).boxes })
    }

    @Test func `a picture that looks untouched is not read`() throws {
        let album = try Album(2)
        let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1e9)]
        for name in ["1.jpg", "2.jpg"] {
            try FileManager.default.setAttributes(old, ofItemAtPath: "\(album.images)/\(name)")
        }
        _ = try album.extraction().run()
        // Another content behind the same size and time can only go unseen when nobody looks.
        try album.add("1.jpg", "PICTURE 1")
        try FileManager.default.setAttributes(old, ofItemAtPath: "\(album.images)/1.jpg")
        #expect(try album.extraction().run().new == 0)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9 + 1)], ofItemAtPath: "\(album.images)/1.jpg")
        #expect(try album.extraction().run().new == 1)
    }

    @Test func `a fresh picture is read again`() throws {
        let album = try Album(1)
        // A day ahead of the clock, so that it is fresh however long the test takes.
        let fresh = [FileAttributeKey.modificationDate: Date(timeIntervalSinceNow: 86_400)]
        try FileManager.default.setAttributes(fresh, ofItemAtPath: album.images + "/1.jpg")
        _ = try album.extraction().run()
        try album.add("1.jpg", "PICTURE 1")
        try FileManager.default.setAttributes(fresh, ofItemAtPath: album.images + "/1.jpg")
        #expect(try album.extraction().run().new == 1)
    }

    @Test func `two spellings of an accent are two pictures`() throws {
        let album = try Album()
        try album.add("\u{E9}.jpg", "one")
        try album.add("e\u{301}.jpg", "two")
        _ = try album.extraction().run()
        try album.add("e\u{301}.jpg", "three")
        #expect(try album.extraction().run().new == 1)
        #expect(
            try album.floats("all_boxes.npy") == ["three", "one"].flatMap { FakeEncoder.features(of: $0).boxes })
    }

    @Test func `equal pictures are encoded once`() throws {
        let album = try Album()
        for name in ["holiday/1.jpg", "work/1.jpg", "work/2.jpg"] { try album.add(name, "the same") }
        let summary = try album.extraction(ExtractionSettings(workers: 3, batchSize: 1)).run()
        #expect(album.encoder.contents == ["the same"])
        #expect(summary.total == 3 && summary.new == 1 && summary.reused == 2)
        #expect(try NumpyArray(path: album.output + "/all_ims.npy").shape == [3, 2, 3])
    }

    @Test func `blocks that are mostly dead are written anew`() throws {
        let album = try Album(12)
        _ = try album.extraction().run()
        #expect(try album.blocks().count == 3)
        for number in [1, 2, 3, 5, 6, 7, 8] { try album.remove("\(number).jpg") }
        album.encoder.forget()
        _ = try album.extraction().run()
        #expect(try album.blocks().count == 2)
        let texts = [10, 11, 12, 4, 9].map { "picture \($0)" }
        #expect(try album.floats("all_boxes.npy") == texts.flatMap { FakeEncoder.features(of: $0).boxes })
        for number in [9, 10, 11, 12] { try album.remove("\(number).jpg") }
        _ = try album.extraction().run()
        #expect(try album.blocks().count == 1)
        #expect(try album.floats("all_boxes.npy") == FakeEncoder.features(of: "picture 4").boxes)
        #expect(album.encoder.contents == [])
    }

    @Test func `small blocks are joined`() throws {
        let album = try Album()
        for number in 1...4 {
            try album.add("\(number).jpg", "picture \(number)")
            _ = try album.extraction().run()
        }
        #expect(try album.blocks().count == 2)
        let features = (1...4).map { FakeEncoder.features(of: "picture \($0)") }
        #expect(try album.floats("all_boxes.npy") == features.flatMap(\.boxes))
    }

    @Test func `other settings are refused by name`() throws {
        let album = try Album(2)
        _ = try album.extraction().run()
        let path = album.output + "/features.json"
        let other = FakeEncoder(identity: "other")
        #expect(throws: InputError(path: path, place: "encoder", expected: "fake", found: "other")) {
            try album.extraction(encoder: other).run()
        }
        #expect(throws: InputError(path: path, place: "elementType", expected: "float16", found: "float32")) {
            try album.extraction(ExtractionSettings(elementType: .float32)).run()
        }
        #expect(throws: InputError(path: path, place: "shard", expected: "none", found: "1/2")) {
            try album.extraction(ExtractionSettings(shard: Shard(index: 1, count: 2))).run()
        }
        #expect(throws: InputError(path: path, place: "splits", expected: "all", found: "val")) {
            try album.extraction(list: .folder(album.images, split: "val")).run()
        }
    }

    @Test func `features of another making are not replaced`() throws {
        let album = try Album(1)
        try FileManager.default.createDirectory(atPath: album.output, withIntermediateDirectories: true)
        try Data("precious".utf8).write(to: URL(fileURLWithPath: album.output + "/all_ims.npy"))
        #expect(
            throws: InputError(
                path: album.output, place: "all_ims.npy", expected: "a folder without features of another making",
                found: "the file")
        ) { try album.extraction().run() }
        #expect(try album.files() == ["all_ims.npy": Data("precious".utf8)])
    }

    @Test func `two runs do not share a folder`() throws {
        let album = try Album(2)
        var refusal: (any Error)?
        _ = try album.extraction().run(progress: { _ in
            do {
                _ = try album.extraction().run()
            } catch {
                refusal = error
            }
        })
        #expect(
            refusal as? InputError
                == InputError(
                    path: album.output + "/.blocks", place: "lock", expected: "one run at a time",
                    found: "another at work here"))
    }

    @Test func `progress counts every picture`() throws {
        let album = try Album(7)
        try album.add("x.jpg", "broken")
        var steps: [ExtractionProgress] = []
        _ = try album.extraction().run(progress: { steps.append($0) })
        #expect(steps.first == ExtractionProgress(done: 0, failed: 0, total: 8))
        #expect(steps.last == ExtractionProgress(done: 8, failed: 1, total: 8))
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.done <= $1.done })
    }

    @Test func `Karpathy's JSON makes a data set`() throws {
        let album = try Album(3)
        let json = #"""
            {"images": [{"filename": "3.jpg", "split": "restval", "sentences": [{"raw": "three"}]},
                        {"filename": "1.jpg", "split": "val", "sentences": [{"raw": "one"}, {"raw": "1"}]},
                        {"filename": "2.jpg", "split": "train", "sentences": [{"raw": "two"}]}]}
            """#
        try Data(json.utf8).write(to: URL(fileURLWithPath: album.root + "/tiny.json"))
        let list = try PictureList.karpathy(album.root + "/tiny.json", folder: album.images)
        _ = try album.extraction(list: list).run()
        #expect(try album.files()["dataset_tiny.json"] == Data(json.utf8))
        let data = try Dataset(path: album.output + "/dataset_tiny.json")
        #expect(try data.split("train").imageNames == ["3.jpg", "2.jpg"])
        #expect(try data.split("train").captions == ["three", "two"])
        #expect(try data.split("val").captions == ["one", "1"])
        // The copy in the folder serves as well as the file it was made from, and is not lost.
        let again = try PictureList.karpathy(album.output + "/dataset_tiny.json", folder: album.images)
        try album.add("1.jpg", "another")
        #expect(try album.extraction(list: again).run().new == 1)
        #expect(try album.files()["dataset_tiny.json"] == Data(json.utf8))
    }

    @Test func `a second data set is refused`() throws {
        let album = try Album(1)
        let json = Data(#"{"images": [{"filename": "1.jpg", "split": "all", "sentences": []}]}"#.utf8)
        for name in ["dataset_a.json", "features/dataset_b.json"] {
            let url = URL(fileURLWithPath: "\(album.root)/\(name)")
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try json.write(to: url)
        }
        let list = try PictureList.karpathy(album.root + "/dataset_a.json", folder: album.images)
        #expect(
            throws: InputError(
                path: album.output, place: "content", expected: "no dataset_*.json but dataset_a.json",
                found: "dataset_b.json")
        ) { try album.extraction(list: list).run() }
    }
}
