import Foundation
import Testing

/// The command line itself.
struct UsageTests {
    @Test func `the version is printed`() throws {
        let run = try Tool.run("--version")
        #expect(run.status == 0 && run.output == "0.1.0\n" && run.errors.isEmpty)
    }

    private static let compute = ["--device", "--threads"]
    private static let model = ["--checkpoint", "--encoder", "--data", "--images", "--split", "--json"] + compute

    private static let bench =
        ["--dimension", "--heads", "--regions", "--words", "--repeat", "--precision", "--json"] + compute

    @Test(arguments: [
        ([], ["train", "evaluate", "probe", "query", "data", "features", "weights", "scenes", "bench", "--version"]),
        (
            ["train"],
            [
                "--config", "--set", "--epochs", "--batch-size", "--learning-rate", "--seed", "--data", "--output",
                "--resume", "--overwrite", "--dry-run", "--device",
            ]
        ),
        (["evaluate"], ["run", "merge"]), (["evaluate", "merge"], ["--json", "<folder>"]),
        (
            ["evaluate", "run"],
            model + ["--fold-images", "--scores", "--precision", "--resumable", "--shard", "--output"]
        ),
        (["probe"], model),
        (["query"], model + ["--top", "--sheet", "<sentence>"]),
        (["features"], ["extract", "merge"]),
        (
            ["features", "extract"],
            [
                "--images", "--output", "--list", "--karpathy", "--split", "--regions", "--encoder",
                "--patch-grid", "--projected", "--backbone",
                "--backbone-weights", "--detector-weights", "--size", "--class-names", "--precision", "--shard",
                "--json",
            ] + compute
        ),
        (["features", "merge"], ["--output", "<shards>"]), (["weights", "list"], ["--json"]),
        (["weights", "fetch"], ["<name>"]),
        (["data", "inspect"], ["<path>", "--json"]),
        (["data", "graph"], ["<path>", "--split", "--output", "--wordnet", "--json"]),
        (["scenes", "generate"], ["--output", "--seed", "--train", "--pictures", "--overwrite"]),
        (
            ["bench"],
            ["forward", "step", "evaluation", "pictures", "encoders", "scan", "search", "sharing", "--version"]
        ),
        (["bench", "forward"], ["--images", "--captions"] + bench),
        (["bench", "scan"], ["--images", "--captions"] + bench),
        (["bench", "search"], ["--items", "--dimension", "--queries", "--top", "--folder", "--threads", "--json"]),
        (["bench", "step"], ["--batch"] + bench),
        (["bench", "evaluation"], ["--images", "--captions-per-image", "--text-encoder", "--folder"] + bench),
    ])
    func `help names every option`(_ command: [String], _ options: [String]) throws {
        let run = try Tool(command + ["--help"]).finish()
        #expect(run.status == 0 && run.errors.isEmpty)
        let words = Set(run.output.split { $0.isWhitespace || $0 == "," }.map(String.init))
        for option in options + ["--help"] { #expect(words.contains(option), "\(option)") }
        // Lines that were joined by mistake have a source line's indentation in their midst.
        for line in run.output.components(separatedBy: "USAGE:")[0].split(separator: "\n") {
            let text = line.trimmingCharacters(in: .whitespaces)
            // Examples have columns.
            if text.hasPrefix("ascl ") || text.hasPrefix("Try it:") { continue }
            #expect(!text.contains(String(repeating: " ", count: 12)), "\(text)")
        }
    }

    @Test(arguments: [
        (["trian"], "trian"),
        (["train", "--data", "D", "--output", "O"], "--config"),
        (["train", "--config", "C", "--data", "D", "--output", "O", "--fast"], "--fast"),
        (["train", "--config", "C", "--output", "O"], "--data"),
        (["train", "--resume", "--config", "C", "--data", "D", "--output", "O"], "--config"),
        (["train", "--resume", "--set", "a=b", "--data", "D", "--output", "O"], "--set"),
        (["train", "--resume", "--overwrite", "--data", "D", "--output", "O"], "--overwrite"),
        (["train", "--resume", "--epochs", "3", "--data", "D", "--output", "O"], "--epochs"),
        (
            ["train", "--config", "C", "--data", "D", "--output", "O", "--seed", "1", "--set", "training.seed=2"],
            "--seed and --set training.seed=2 exclude each other"
        ),
        (["train", "--config", "C", "--data", "D", "--output", "O", "--batch-size", "few"], "--batch-size"),
        (["query", "--checkpoint", "C", "--data", "D", "--split", "S"], "<sentence>"),
        (["query", "--checkpoint", "C", "--data", "D", "--split", "S", " "], "a sentence"),
        (["query", "--checkpoint", "C", "--data", "D", "--split", "S", "--top", "0", "a dog"], "--top"),
        (["query", "--checkpoint", "C", "--data", "D", "--split", "S", "--threads", "0", "a dog"], "--threads"),
        (["evaluate", "--checkpoint", "C", "--data", "D", "--split", "S", "--device", "abacus"], "--device"),
        (["evaluate", "--checkpoint", "C", "--data", "D", "--split", "S", "--fold-images", "none"], "none"),
        (
            ["evaluate", "--checkpoint", "C", "--data", "D", "--split", "S", "--fold-images", "6", "--scores", "F"],
            "--scores"
        ),
        (["evaluate", "--checkpoint", "C", "--data", "D", "--split", "S", "--fold-images", "0"], "--fold-images"),
        (["evaluate", "--checkpoint", "C", "--data", "D", "--split", "S", "--fold-images=-1"], "found -1"),
        (["scenes", "generate", "--output", "O", "--train", "19"], "--train"),
        (["bench", "pictures", "--images", "I", "--count=-1"], "--count"),
        (["bench", "pictures", "--images", "I", "--pipeline=-1"], "--pipeline"),
        (["bench", "pictures", "--images", "I", "--threads", "0"], "--threads"),
        (["bench", "forward", "--dimension", "10", "--heads", "3"], "--heads"),
        (["bench", "step", "--batch", "1"], "--batch"),
        (["bench", "evaluation", "--images", "0"], "--images"),
        (["bench", "search", "--items", "0"], "--items"),
        (["bench", "search", "--queries", "0"], "--queries"),
        (["bench", "encoders", "--folder", "F", "--words", "4"], "--words"),
        (["bench", "forward", "--precision", "int8"], "--precision"),
    ])
    func `wrong usage exits with 2`(_ arguments: [String], _ named: String) throws {
        let run = try Tool(arguments).finish()
        #expect(run.status == 2 && !run.wasKilled)
        #expect(run.output.isEmpty)
        #expect(run.errors.hasPrefix(arguments[0] == "bench" ? "ascl-bench: " : "ascl: "))
        #expect(run.errorLines.first?.contains(named) == true, "\(run.errors)")
    }

    @Test func `folds have to divide the images`() throws {
        let run = try Tool.run(
            "evaluate", "--checkpoint", Workshop.checkpoint.get(), "--data", Workshop.scenes.get(), "--split", "test",
            "--fold-images", "5")
        expectRefusal(run, ["folds of 5 images: expected a multiple", "found 12 images"])
    }

    @Test func `bench search finds the exact best in a store that it makes, keeps and finds again`() throws {
        let folder = try Workshop.newFolder("store")
        let command = [
            "bench", "search", "--items", "300", "--dimension", "24", "--queries", "9", "--folder", folder + "/s",
            "--json",
        ]
        for isFirst in [true, false] {
            let run = try Tool(command).finish()
            #expect(run.status == 0, "\(run.errors)")
            #expect(try run.json["recall"] as? Double ?? 0 > 0.98)
            #expect(try (run.json["append_items_per_second"] != nil) == isFirst)
        }
        let other = try Tool(["bench", "search", "--items", "301", "--folder", folder + "/s"]).finish()
        #expect(other.status == 1 && other.output.isEmpty)
        #expect(other.errors.contains("fingerprint: expected vectors of the model ascl-bench search, 301 items, found"))
    }

    @Test func `bench is the program beside it`() throws {
        let sizes = ["--dimension", "8", "--heads", "2", "--regions", "2", "--words", "5", "--repeat", "1", "--json"]
        let step = try Tool(["bench", "step", "--batch", "2"] + sizes).finish()
        #expect(try step.status == 0 && step.json["what"] as? String == "step")

        let folder = try Workshop.newFolder("alone")
        try FileManager.default.copyItem(atPath: Tool.path, toPath: folder + "/ascl")
        let alone = try Tool(["bench", "--help"], program: folder + "/ascl").finish()
        expectRefusal(alone, ["/ascl-bench: expected the program that `make build` puts there, found No such file"])
    }
}
