import Foundation
import Testing

/// `ascl features import`, as a user runs it: to the end, over a kill, and on what it cannot take.
struct FeaturesImportTests {
    /// A table of 600 pictures, so many that an import marks once how far it is, and their JSON, in a folder of their own.
    private static let published = Result {
        let folder = try Workshop.newFolder("published")
        func base64(_ values: [Float]) -> String { values.withUnsafeBytes { Data($0) }.base64EncodedString() }
        let lines = (0..<600).reversed().map { id in
            "\(id)\t200\t100\t2\t\(base64([0, 0, 100, 50, 0, 0, 200, 100]))\t\(base64([Float(id), 1, 2, Float(-id)]))\r\n"
        }
        try write(lines.joined(), to: folder + "/trainval_36.tsv")
        let images = (0..<600).map { id -> [String: Any] in
            [
                "filename": "\(id).jpg", "split": id < 500 ? "train" : "val",
                "sentences": [["raw": "picture \(id)"], ["raw": "a picture"]],
            ]
        }
        try write(JSONSerialization.data(withJSONObject: ["images": images]), to: folder + "/dataset_x.json")
        return folder
    }

    private let output: String

    init() throws { output = try Workshop.newFolder("imported") + "/data" }

    private func arguments() throws -> [String] {
        let folder = try Self.published.get()
        return [
            "features", "import", folder + "/trainval_36.tsv", "--karpathy", folder + "/dataset_x.json", "--output",
            output,
        ]
    }

    /// The files of the finished folder.
    private func contents() throws -> [String: Data] {
        try Dictionary(
            uniqueKeysWithValues: FileManager.default.contentsOfDirectory(atPath: output)
                .map { ($0, try bytes("\(output)/\($0)")) })
    }

    /// Recorded from the mutator: a chunk that claims a place beyond its dataset.
    @Test func `an HDF5 file that ends libhdf5 is refused, and a sound one is read`() throws {
        let folder = #filePath.folder.folder + "/FeatureImportTests/Resources/hdf5/"
        let json = try Workshop.newFolder("hdf5") + "/dataset_x.json"
        let images = [3, 5, 7, 9].map { id -> [String: Any] in
            ["filename": "\(id).jpg", "split": "train", "sentences": [["raw": "picture \(id)"]]]
        }
        try write(JSONSerialization.data(withJSONObject: ["images": images]), to: json)
        func run(_ name: String) throws -> Tool.Result {
            try Tool.run(
                "features", "import", folder + name, "--karpathy", json, "--output", output, "--regions", "1")
        }
        let refused = try run("harmful.h5")
        #expect(refused.status == 1 && !exists(output + "/train_ims.npy"), "\(refused)")
        #expect(
            refused.errors.hasSuffix(
                "\(folder)harmful.h5: expected an HDF5 file, found one that ends libhdf5 by signal 11: it is damaged\n"),
            "\(refused.errors)")
        #expect(!refused.errors.contains("Backtrac"), "\(refused.errors)")
        try FileManager.default.removeItem(atPath: output)
        #expect(try run("fixed.h5").status == 0)
        #expect(exists(output + "/train_ims.npy"))
    }

    @Test func `a table becomes data that can be inspected`() throws {
        let run = try Tool(arguments() + ["--json"]).finish()
        #expect(run.status == 0, "\(run)")
        #expect(try run.json["images"] as? [String: Int] == ["train": 500, "val": 100])
        #expect(
            run.errors == "600 images in bottom-up attention's table, known by their filename without its extension\n")
        let inspection = try Tool.run("data", "inspect", output, "--json")
        #expect(inspection.status == 0, "\(inspection)")
        let splits = try #require(inspection.json["splits"] as? [[String: Any]])
        #expect(splits.compactMap { $0["images"] as? Int } == [500, 100])
        #expect(splits.compactMap { $0["hasBoxes"] as? Bool } == [true, true])
    }

    /// Kills after the mark, after a file is whole, and between two files that are put in place.
    @Test(arguments: [
        ("/state.json", 1), ("/.import/train_boxes.npy", 1), ("/state.json", 3), ("/data/train_ims.npy", 1),
    ])
    func `a killed import ends at the same bytes`(file: String, time: Int) throws {
        let whole = try Self.whole.get()
        let signal = SignalAtFile(signal: SIGKILL, file: file, time: time)
        #expect(try Tool(arguments(), signal: signal).finish().wasKilled)
        #expect(!exists(output + "/val_ims.npy"))
        // Whoever looks meanwhile finds no features without what belongs to them.
        let others = ["train_boxes.npy", "train_ids.txt", "val_boxes.npy", "val_ids.txt", "dataset_x.json"]
        #expect(!exists(output + "/train_ims.npy") || others.allSatisfy { exists("\(output)/\($0)") })
        let run = try Tool(arguments()).finish()
        #expect(run.status == 0, "\(run)")
        #expect(try contents() == whole)
    }

    private static let whole = Result {
        let test = try FeaturesImportTests()
        let run = try Tool(test.arguments()).finish()
        try #require(run.status == 0, "\(run)")
        return try test.contents()
    }

    @Test func `Control-C keeps what is done and exits with 130`() throws {
        let signal = SignalAtFile(signal: SIGINT, file: "/state.json")
        let run = try Tool(arguments(), signal: signal).finish()
        #expect(run.status == 130 && !run.wasKilled && run.output.isEmpty)
        #expect(run.errorLines.last == "interrupted; the same command goes on")
        let rest = try Tool(arguments()).finish()
        #expect(rest.status == 0 && rest.errors.contains("importing: going on after 513 of 600 images"), "\(rest)")
        #expect(try contents() == Self.whole.get())
    }

    @Test func `images without features are listed and the exit code is 1`() throws {
        let folder = try Workshop.newFolder("part")
        let table = try text(Self.published.get() + "/trainval_36.tsv").split(separator: "\r\n").dropLast()
        try write(table.joined(separator: "\n") + "\n", to: folder + "/part.tsv")
        let run = try Tool.run(
            "features", "import", folder, "--karpathy", Self.published.get() + "/dataset_x.json", "--output", output)
        #expect(run.status == 1 && run.outputLines.count == 1, "\(run)")
        #expect(run.errorLines.last == "1 images have no features: \(output)/failed.tsv lists them")
        #expect(try lines(output + "/failed.tsv") == ["name\treason", "0.jpg\tnot among the published features"])
    }

    @Test func `what cannot be imported is refused in one line`() throws {
        let json = try Self.published.get() + "/dataset_x.json"
        expectRefusal(
            try Tool.run("features", "import", json, "--karpathy", json, "--output", output),
            ["dataset_x.json: expected published region features", "found something else"])
        let full = try Tool(arguments(), shell: "ulimit -f 8").finish()
        expectRefusal(full, ["_ims.npy", "expected room", "found File too large"], hasBegun: true)
        #expect(try names(in: output) == [".import"])
        let rest = try Tool(arguments()).finish()
        #expect(try rest.status == 0 && contents() == Self.whole.get())
        let usage = try Tool(arguments() + ["--regions", "0"]).finish()
        #expect(usage.status == 2 || usage.status == 64, "\(usage)")
    }
}
