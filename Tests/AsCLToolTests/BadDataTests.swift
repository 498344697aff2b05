import ArrayFiles
import Foundation
import Testing

/// Every fault of a data folder is one line, and no run is begun.
struct BadDataTests {
    /// What is done to the data, and what the line has to name.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let damage: @Sendable (TinyData) throws -> Void
        let parts: [String]

        init(_ name: String, _ parts: [String], _ damage: @escaping @Sendable (TinyData) throws -> Void) {
            testDescription = name
            self.parts = parts
            self.damage = damage
        }
    }

    static let faults: [Fault] = [
        Fault("no features", ["split: expected one of val", "found train"]) { try $0.remove("train_ims.npy") },
        Fault("truncated", ["train_ims.npy: data: expected 240 bytes for shape [4, 3, 5]", "found 200 bytes"]) { data in
            try data.change("train_ims.npy") { $0.removeLast(40) }
        },
        Fault("truncated in the header", ["train_ims.npy: header: expected 118 bytes of header", "found 40 bytes"]) {
            try $0.change("train_ims.npy") { $0 = $0.prefix(50) }
        },
        Fault("empty file", ["train_ims.npy: header: expected the signature", "found an empty file"]) {
            try $0.change("train_ims.npy") { $0 = Data() }
        },
        Fault("integers", ["train_ims.npy: header: expected elements of float16 or float32", "found int32"]) {
            try $0.changeHeader("train_ims.npy", "<f4", "<i4")
        },
        Fault("big endian", ["train_globals.npy: header: expected an element type of", "<f4", "found >f4"]) {
            try $0.changeHeader("train_globals.npy", "<f4", ">f4")
        },
        Fault("Fortran order", ["train_ims.npy: header: expected C order", "found Fortran order"]) {
            try $0.changeHeader("train_ims.npy", "False", "True ")
        },
        Fault("wrong rank", ["train_ims.npy: shape: expected [images, regions, dimension]", "found [4, 5]"]) {
            try $0.features("train_ims.npy", [4, 5])
        },
        Fault("other number of rows", ["val_globals.npy: shape: expected 4 rows as in val_ims.npy", "found 3"]) {
            try $0.features("val_globals.npy", [3, 6])
        },
        Fault("other R to validate", ["val region features: expected dimension 5", "found 7"]) {
            try $0.features("val_ims.npy", [4, 3, 7])
        },
        Fault("other G to validate", ["val global features: expected dimension 6", "found 7"]) {
            try $0.features("val_globals.npy", [4, 7])
        },
        Fault("no captions file", ["train_caps.txt: opening: expected a readable file", "found No such file"]) {
            try $0.remove("train_caps.txt")
        },
        Fault("no multiple", ["train_caps.txt: lines: expected a multiple of the 4 images", "found 7"]) {
            try write(TinyData.captions.replacing("a brown dog\n", with: ""), to: $0.path + "/train_caps.txt")
        },
        Fault("empty captions", ["train_caps.txt: content: expected one caption a line", "found an empty file"]) {
            try write("", to: $0.path + "/train_caps.txt")
        },
        Fault("blank caption", ["train_caps.txt: line 2: expected one caption", "found a blank line"]) {
            try write(TinyData.captions.replacing("a brown dog", with: " "), to: $0.path + "/train_caps.txt")
        },
        Fault("invalid UTF-8", ["train_caps.txt: line 3: expected UTF-8 text", "found bytes that are not UTF-8"]) {
            try $0.change("train_caps.txt") { data in
                let place = try #require(data.range(of: Data("two cats".utf8)))
                data[place.lowerBound] = 0xFF
            }
        },
        Fault("one pair", ["train split: expected at least 2 pairs of an image and a caption, found 1"]) { data in
            try data.features("train_ims.npy", [1, 3, 5])
            try data.features("train_globals.npy", [1, 6])
            try write("a dog\n", to: data.path + "/train_caps.txt")
        },
        Fault("UTF-16", ["train_caps.txt: encoding: expected UTF-8 text, found UTF-16"]) { data in
            try write(#require(TinyData.captions.data(using: .utf16)), to: data.path + "/train_caps.txt")
        },
        Fault("squares beyond float32", ["train_ims.npy: row 3, region 0, column 4: expected a number", "found 1e+30"])
        {
            try $0.features("train_ims.npy", [4, 3, 5], odd: (49, 1e30))
        },
        Fault("too few names", ["train_ids.txt: lines: expected 4, one an image", "found 2"]) {
            try write("a.jpg\nb.jpg\n", to: $0.path + "/train_ids.txt")
        },
    ]

    @Test(arguments: faults) func `bad data is refused before a run begins`(_ fault: Fault) throws {
        let data = try TinyData()
        try fault.damage(data)
        expectRefusal(try data.train(), [data.path] + fault.parts)
        #expect(!exists(data.output))
    }

    @Test func `folders without data are refused`() throws {
        let data = try TinyData()
        let missing = data.path + "/elsewhere"
        let empty = try Workshop.newFolder("empty")
        let cases = [(missing, "opening: expected a data folder", "nothing there"), (empty, "content", "neither")]
        for (path, expected, found) in cases {
            expectRefusal(try Tool.run("data", "inspect", path), [path, expected, "found \(found)"])
            expectRefusal(
                try Tool.run(
                    "train", "--config", Workshop.configuration.get(), "--data", path, "--output", data.output),
                [path, expected, "found \(found)"])
        }
        #expect(!exists(data.output))
    }

    @Test func `Karpathy's JSON without the split is refused`() throws {
        let data = try TinyData()
        let file = data.path + "/dataset_tiny.json"
        let image = #"{"filename": "a.jpg", "split": "test", "sentences": [{"raw": "a dog"}]}"#
        try write(#"{"images": [\#(image)]}"#, to: file)
        let arguments = [
            "train", "--config", try Workshop.configuration.get(), "--output", data.output, "--data", file,
        ]
        expectRefusal(try Tool(arguments).finish(), [file, "split: expected one of test", "found train"])
        try write(#"{"images": [{"filename": "a.jpg"}]}"#, to: file)
        expectRefusal(try Tool(arguments).finish(), [file, "JSON: expected images with filename", "found no split"])
        try write(#"{"images": "#, to: file)
        expectRefusal(try Tool(arguments).finish(), [file, "JSON: expected images with filename", "not valid JSON"])
        #expect(!exists(data.output))
    }

    @Test(arguments: [Float.nan, -.infinity]) func `a value that is no number ends a training`(_ value: Float) throws {
        let data = try TinyData()
        // Image 2, region 1, column 3 of [4, 3, 5].
        try data.features("train_ims.npy", [4, 3, 5], odd: (2 * 15 + 5 + 3, value))
        let line = [data.path + "/train_ims.npy", "row 2, region 1, column 3", "expected a finite number", "\(value)"]
        expectRefusal(try data.train(), line, hasBegun: true)
        #expect(!exists(data.output + "/model.safetensors"))

        let inspection = try Tool.run("data", "inspect", data.path)
        #expect(inspection.status == 1)
        #expect(inspection.output.contains("1 problem(s):\n\(line[0]): \(line[1]): \(line[2]), found \(value)"))
    }

    @Test func `a value that is no number ends an evaluation`() throws {
        let scenes = try Workshop.scenes.get()
        let folder = try Workshop.linked(to: scenes, "nan")
        var data = try bytes(scenes + "/test_globals.npy")
        data.replaceSubrange(data.count - 2..<data.count, with: [0x00, 0x7C])  // infinity as float16
        try write(data, to: folder + "/test_globals.npy")
        let scores = try Workshop.newFolder("scores")
        let run = try Tool.run(
            "evaluate", "--checkpoint", Workshop.checkpoint.get(), "--data", folder, "--split", "test", "--scores",
            scores + "/scores.npy")
        expectRefusal(run, [folder + "/test_globals.npy", "row 11, column 250", "expected a finite number", "inf"])
        #expect(try names(in: scores).isEmpty)
    }
}
