import Foundation
import RetrievalFixtures
import Testing

/// A CLIP or a SigLIP from its folder, by itself and under AsCL, as a user has them.
struct EncoderTests {
    /// Pictures with captions in a Karpathy JSON: 12 to train on, 4 to validate, 6 to test.
    private static func captioned() throws -> (collection: PictureCollection, json: String) {
        let collection = try PictureCollection()
        let splits = Array(repeating: "train", count: 12) + Array(repeating: "val", count: 4)
        let images = try (splits + Array(repeating: "test", count: 6)).enumerated().map { number, split in
            try collection.addPlain("\(number).png", number * 40)
            return [
                "filename": "\(number).png", "split": split,
                "sentences": [["raw": "a cat of colour \(number)"], ["raw": "cat \(number)"]],
            ] as [String: Any]
        }
        let json = try Workshop.newFolder("json") + "/dataset_cats.json"
        try write(JSONSerialization.data(withJSONObject: ["images": images]), to: json)
        return (collection, json)
    }

    private func tool(_ arguments: [String], cache: String) throws -> Tool.Result {
        try Tool(arguments, environment: ["XDG_CACHE_HOME": cache]).finish()
    }

    @Test func `pictures are found by a sentence without training, and encoded once`() throws {
        let (folder, cache) = (try Workshop.newFolder("clip"), try Workshop.newFolder("cache"))
        try TinyPretrained.write(.clip, to: folder)
        let (collection, json) = try Self.captioned()
        try collection.add("broken.jpg", Data("no picture".utf8))
        let query = ["query", "--encoder", folder, "--images", collection.images, "--top", "3", "--json", "a cat"]
        let first = try tool(query, cache: cache)
        #expect(first.status == 0, "\(first)")
        #expect(first.errors.contains("22 new pictures encoded; their vectors are kept in \(cache)/ascl/pictures/"))
        #expect(first.errors.contains("1 of 23 pictures cannot be read"))
        let second = try tool(query, cache: cache)
        #expect(second.output == first.output && !second.errors.contains("new pictures"))

        // A whole split's recall, from pictures and a JSON of captions alone.
        let evaluation = try tool(
            [
                "evaluate", "--encoder", folder, "--images", collection.images, "--data", json, "--split", "test",
                "--json",
            ], cache: cache)
        #expect(evaluation.status == 0, "\(evaluation)")
        #expect(try evaluation.json["images"] as? Int == 6)

        // Other weights are another encoder: nothing of the first's is used.
        let other = try Workshop.newFolder("clip")
        try TinyPretrained.write(.clip, to: other, seed: 9)
        let third = try tool(query.map { $0 == folder ? other : $0 }, cache: cache)
        #expect(third.errors.contains("22 new pictures encoded") && third.output != first.output)
    }

    @Test(arguments: [("clip", "mixed"), ("siglip", "ascl")])
    func `AsCL trains on patches and token states`(_ family: String, _ method: String) throws {
        let folder = try Workshop.newFolder(family)
        try TinyPretrained.write(family == "clip" ? .clip : .siglip, to: folder)
        let (collection, json) = try Self.captioned()
        let features = try Tool.run(
            "features", "--images", collection.images, "--karpathy", json, "--output", collection.output, "--regions",
            "patches", "--encoder", folder)
        #expect(features.status == 0, "\(features)")
        let checkpoint = try Workshop.newFolder("run") + "/run"
        let training = try Tool.run(
            "train", "--config", try Workshop.configuration.get(), "--set", "text_encoder.path=\(folder)", "--set",
            "text_encoder.trainable=true", "--set", "model.method=\(method)", "--data", collection.output, "--output",
            checkpoint)
        #expect(training.status == 0, "\(training)")
        let evaluate = ["evaluate", "--checkpoint", checkpoint, "--split", "test", "--json", "--data"]
        let evaluation = try Tool(evaluate + [collection.output]).finish()
        #expect(evaluation.status == 0, "\(evaluation)")

        // The same pictures by another encoder of equal sizes are refused.
        let other = try Workshop.newFolder(family)
        try TinyPretrained.write(family == "clip" ? .clip : .siglip, to: other, seed: 9)
        let strange = try Workshop.newFolder("features") + "/out"
        let again = try Tool.run(
            "features", "--images", collection.images, "--karpathy", json, "--output", strange, "--regions", "patches",
            "--encoder", other)
        #expect(again.status == 0, "\(again)")
        let refusal = try Tool(evaluate + [strange]).finish()
        #expect(refusal.status == 1 && refusal.errorLines.count == 1)
        #expect(refusal.errors.contains("test features: expected those of 3x3 patches of \(family) "), "\(refusal)")
    }

    @Test func `noise that a method cannot feel is refused`() throws {
        let folder = try Workshop.newFolder("clip")
        try TinyPretrained.write(.clip, to: folder)
        let run = try Tool.run(
            "train", "--config", try Workshop.configuration.get(), "--set", "text_encoder.path=\(folder)", "--set",
            "model.method=clip", "--data", try Workshop.scenes.get(), "--output",
            try Workshop.newFolder("run") + "/run")
        #expect(run.status == 1)
        #expect(run.errors.contains("samples.level: expected embeddings, as clip compares a text's last state"))
    }

    @Test(arguments: [
        (["query", "a cat"], "expected --checkpoint, a trained model, or --encoder, a CLIP or a SigLIP"),
        (["query", "--checkpoint", "a", "--encoder", "b", "a cat"], "--checkpoint and --encoder exclude each other"),
        (["query", "--checkpoint", "a", "a cat"], "expected --data, features with their captions"),
        (["evaluate", "--encoder", "b", "--images", "c"], "--images needs --encoder, and --data"),
        (["features", "--images", "a", "--output", "b", "--regions", "patches"], "--regions patches needs --encoder"),
        (
            ["features", "--images", "a", "--output", "b", "--regions", "grid", "--encoder", "c"],
            "--encoder: only patches and vector come from it"
        ),
        (
            ["features", "--images", "a", "--output", "b", "--regions", "vector", "--encoder", "c", "--projected"],
            "--projected: only patches have it"
        ),
    ])
    func `options that do not fit are named`(_ arguments: [String], _ expected: String) throws {
        let run = try Tool(arguments).finish()
        #expect(run.status == 2 && run.errors.contains(expected), "\(run)")
    }
}
