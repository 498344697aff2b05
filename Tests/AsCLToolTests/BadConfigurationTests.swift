import Foundation
import Testing

/// Every fault of a training's configuration is one line, and no run is begun.
struct BadConfigurationTests {
    @Test(arguments: [
        ("model:\n  joint_dimension: 32\n  head: 2\n", [":3: model.head: unknown key", "did you mean heads?"]),
        ("models:\n  heads: 2\n", [":1: models: unknown key", "did you mean model?"]),
        (
            "model:\n  joint_dimension: 32\n  heads: 3\n",
            ["model.heads: expected a divisor of joint_dimension 32", "found 3"]
        ),
        ("loss:\n  temperature: 0\n", [":2: loss.temperature: expected a number above 0", "found 0"]),
        ("loss:\n  temperature: -0.05\n", [":2: loss.temperature: expected a number above 0", "found -0.05"]),
        ("training:\n  epochs: many\n", [":2: training.epochs: expected a whole number", "found many"]),
        (
            "training:\n  batch_size: 1\n",
            [":2: training.batch_size: expected a whole number of at least 2", "found 1"]
        ),
        ("model: [1\n", ["not valid YAML"]),
        ("- model\n", [":1: expected a mapping", "found a list"]),
    ])
    func `files of impossible values are refused`(_ yaml: String, _ parts: [String]) throws {
        let data = try TinyData()
        let path = try Workshop.newFolder("configuration") + "/bad.yaml"
        try write(yaml, to: path)
        expectRefusal(
            try Tool.run("train", "--config", path, "--data", data.path, "--output", data.output), [path] + parts)
        #expect(!exists(data.output))
    }

    @Test(arguments: [
        ("loss.temperature=0", ["loss.temperature: expected a number above 0", "found 0"]),
        ("model.heads=5", ["model.heads: expected a divisor of joint_dimension 32", "found 5"]),
        ("training.epoch=1", ["training.epoch: unknown key", "did you mean epochs?"]),
        ("training.epochs", ["expected key=value", "found no \"=\""]),
    ])
    func `impossible overrides are refused`(_ override: String, _ parts: [String]) throws {
        let data = try TinyData()
        expectRefusal(try data.train("--set", override), ["--set \(override)"] + parts)
        #expect(!exists(data.output))
    }

    @Test func `a file that is not there is refused`() throws {
        let data = try TinyData()
        let path = data.path + "/none.yaml"
        expectRefusal(
            try Tool.run("train", "--config", path, "--data", data.path, "--output", data.output),
            [path, "No such file"])
        #expect(!exists(data.output))
    }
}
