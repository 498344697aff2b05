import ArrayFiles
import Foundation
import Testing

/// What `ascl features` does not begin with.
struct FeaturesRefusalTests {
    @Test func `folders without pictures are refused`() throws {
        let collection = try PictureCollection()
        expectRefusal(
            try collection.extract(), [collection.images, "content: expected at least one picture", "found none"])
        try collection.add("notes.txt", Data("no picture".utf8))
        expectRefusal(try collection.extract(), ["expected at least one picture", "found none among 1 other files"])
        let missing = collection.images + "/elsewhere"
        expectRefusal(
            try Tool.run("features", "--images", missing, "--output", collection.output, "--regions", "descriptors"),
            [missing, "listing: expected a readable folder", "No such file or directory"])
        #expect(!exists(collection.output))
    }

    @Test func `features of other settings are not mixed`() throws {
        let collection = try PictureCollection()
        try collection.addPlain("a.png", 1)
        #expect(try collection.extract().status == 0)
        let files = try collection.files()
        let manifest = collection.output + "/features.json"
        expectRefusal(
            try collection.extract("--precision", "float32"),
            [manifest, "elementType: expected float16", "found float32"], hasBegun: true)
        expectRefusal(
            try collection.extract("--split", "other"), [manifest, "splits: expected all", "found other"],
            hasBegun: true)
        expectRefusal(
            try collection.extract("--shard", "1/2"), [manifest, "shard: expected none", "found 1/2"], hasBegun: true)
        #expect(try collection.files() == files)
        // Nor are features from elsewhere overwritten.
        let scenes = try Workshop.linked(to: Workshop.drawnScenes.get(), "foreign")
        expectRefusal(
            try Tool.run(
                "features", "--images", collection.images, "--output", scenes, "--regions", "descriptors", "--split",
                "val"),
            [scenes, "features.json: expected a folder without features of another making", "found the file"],
            hasBegun: true)
    }

    @Test func `lists that cannot be read are refused`() throws {
        let collection = try PictureCollection()
        try collection.addPlain("a.png", 1)
        let folder = try Workshop.newFolder("lists")
        expectRefusal(
            try collection.extract("--list", folder + "/list.txt"),
            [folder + "/list.txt", "opening: expected a readable list of paths"])
        try write("a.png\n\n", to: folder + "/list.txt")
        expectRefusal(
            try collection.extract("--list", folder + "/list.txt"),
            ["line 2: expected the path of a picture", "found a blank line"])
        let json = folder + "/dataset_x.json"
        for (text, found) in [
            (#"{"images": ["#, "not valid JSON"),
            (#"{"images": [{"filename": "a.png", "sentences": []}]}"#, "no split"),
        ] {
            try write(text, to: json)
            expectRefusal(
                try collection.extract("--karpathy", json),
                [json, "JSON: expected images with filename", "found", found])
        }
        let image = #"{"filename": "a.png", "split": "test", "sentences": []}"#
        try write(#"{"images": [\#(image), \#(image)]}"#, to: json)
        expectRefusal(
            try collection.extract("--karpathy", json), [json, "images: expected every filename once", "a.png again"])
        #expect(!exists(collection.output))
    }

    @Test(arguments: [
        (["--regions", "descriptors", "--shard", "3/2"], "3/2"),
        (["--regions", "descriptors", "--shard", "2"], "--shard"),
        (["--regions", "descriptors", "--size", "224"], "--size"), (["--regions", "grid", "--size", "9"], "--size"),
        (["--regions", "descriptors", "--backbone-weights", "W"], "--backbone-weights"),
        (["--regions", "grid", "--detector-weights", "W"], "--detector-weights"),
        (["--regions", "grid", "--class-names", "N"], "--class-names"), (["--regions", "squares"], "squares"),
        (["--list", "L", "--karpathy", "K"], "--list and --karpathy"),
        (["--karpathy", "K", "--split", "S"], "--split"),
        (["--split", "a/b"], "--split"), (["--threads", "0"], "--threads"), (["--precision", "int8"], "int8"),
    ])
    func `wrong usage exits with 2`(_ arguments: [String], _ named: String) throws {
        let run = try Tool(["features", "--images", "I", "--output", "O"] + arguments).finish()
        #expect(run.status == 2 && !run.wasKilled && run.output.isEmpty)
        #expect(run.errors.hasPrefix("ascl: "))
        #expect(run.errorLines.first?.contains(named) == true, "\(run.errors)")
    }
}
