import ArrayFiles
import Foundation
import Testing

/// `ascl features` on pictures whose features are known: those of Scenes.
struct FeaturesTests {
    @Test func `pictures of scenes get the features written with them`() throws {
        let (scenes, features) = (try Workshop.drawnScenes.get(), try Workshop.features.get())
        var written: [String: [Data]] = [:]
        for split in ["train", "val", "test", "compositional"] {
            written.merge(try PictureCollection.rows(scenes, split: split)) { $1 }
        }
        #expect(written.count == 28)
        #expect(try PictureCollection.rows(features) == written)
        #expect(try lines(features + "/all_ids.txt") == written.keys.sorted())
        #expect(
            try PictureCollection.files(features).keys.sorted()
                == ["all_boxes.npy", "all_globals.npy", "all_ids.txt", "all_ims.npy", "features.json"])
    }

    @Test func `only what is new or changed is computed`() throws {
        let collection = try PictureCollection()
        for number in 0..<4 { try collection.addPlain("\(number).png", number) }
        let first = try collection.extract()
        #expect(first.status == 0 && first.counts == "4 pictures: 4 new, 0 reused, 0 failed, 0 removed")
        #expect(first.errors == "4 pictures, 36 regions of 127 and a vector of 251 each, cpu, \(cores) threads\n")
        let files = try collection.files()
        #expect(try collection.extract().counts == "4 pictures: 0 new, 4 reused, 0 failed, 0 removed")
        #expect(try collection.files() == files)

        try collection.addPlain("0.png", 100)
        try collection.addPlain("new.png", 101)
        try collection.remove("1.png")
        try collection.add("notes.txt", Data("no picture".utf8))
        let run = try collection.extract("--json")
        let json = try run.json
        let counts = ["total", "new", "reused", "failed", "removed"].map { json[$0] as? Int }
        #expect(run.status == 0 && counts == [4, 2, 2, 0, 1])
        #expect((json["seconds"] as? Double ?? -1) > 0)
        #expect(run.errorLines.first == "\(collection.images): 1 other files, no pictures, the first notes.txt")
        #expect(try lines(collection.output + "/all_ids.txt") == ["0.png", "2.png", "3.png", "new.png"])
        // As if there had never been anything else.
        let fresh = try Workshop.newFolder("fresh") + "/out"
        #expect(
            try Tool.run("features", "--images", collection.images, "--output", fresh, "--regions", "descriptors")
                .status == 0)
        #expect(try collection.files() == PictureCollection.files(fresh))
    }

    private var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

    @Test func `the number of threads does not show`() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        #expect(try collection.extract("--threads", "3").status == 0)
        #expect(try collection.files() == PictureCollection.files(Workshop.features.get()))
    }

    @Test func `shards join to what one machine writes`() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        try collection.add("text.jpg", Data("no picture".utf8))
        let shards = try (1...2).map { try Workshop.newFolder("shard\($0)") + "/out" }
        for (index, output) in shards.enumerated() {
            let run = try Tool.run(
                "features", "--images", collection.images, "--output", output, "--regions", "descriptors", "--shard",
                "\(index + 1)/2")
            // The text file is in the first half by its name.
            #expect(run.status == (index == 0 ? 1 : 0))
            #expect(run.counts.hasPrefix(index == 0 ? "14 pictures: 13 new" : "15 pictures: 15 new"), "\(run)")
        }
        let joined = try Workshop.newFolder("joined") + "/out"
        expectRefusal(
            try Tool.run("features", "merge", "--output", joined, shards[0]),
            ["folders: expected 2, one a shard", "found 1, without shard 2/2"])
        expectRefusal(
            try Tool.run("features", "merge", "--output", joined, shards[1], shards[1]),
            [shards[1], "shard: expected 1/2, every shard once", "found 2/2"])
        expectRefusal(
            try Tool.run("features", "merge", "--output", joined, shards[0], collection.images),
            [collection.images + "/features.json: opening", "found no file"])
        #expect(!exists(joined))
        let run = try Tool.run("features", "merge", "--output", joined, shards[1], shards[0])
        #expect(run.status == 1 && run.counts == "29 pictures: 0 new, 28 reused, 1 failed, 0 removed")
        #expect(try collection.extract().status == 1)
        #expect(try PictureCollection.files(joined) == collection.files())
    }

    @Test func `a list chooses pictures and their order`() throws {
        let collection = try PictureCollection()
        for number in 0..<3 { try collection.addPlain("\(number).png", number) }
        let list = try Workshop.newFolder("list") + "/list.txt"
        try write("2.png\n0.png\n", to: list)
        let run = try collection.extract("--list", list, "--split", "some", "--precision", "float32")
        #expect(run.status == 0 && run.counts == "2 pictures: 2 new, 0 reused, 0 failed, 0 removed")
        #expect(try lines(collection.output + "/some_ids.txt") == ["2.png", "0.png"])
        #expect(try NumpyArray(path: collection.output + "/some_ims.npy").elementType == .float32)

        try write("2.png\n0.png\n2.png\n", to: list)
        expectRefusal(
            try collection.extract("--list", list), [list, "line 3: expected every path once", "2.png as in line 1"])
        try write("2.png\ngone.png\n", to: list)
        let missing = try collection.extract("--list", list, "--split", "some", "--precision", "float32")
        #expect(missing.status == 1 && missing.counts == "2 pictures: 0 new, 1 reused, 1 failed, 1 removed")
        #expect(
            try text(collection.output + "/failed.tsv")
                == "name\treason\ngone.png\tcannot be opened: No such file or directory\n")
    }
}
