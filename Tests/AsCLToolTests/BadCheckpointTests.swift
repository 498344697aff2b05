import ArrayFiles
import Foundation
import Testing

/// Every fault of a checkpoint or a text encoder is one line.
struct BadCheckpointTests {
    private func query(_ checkpoint: String, data: String? = nil) throws -> Tool.Result {
        try Tool.run(
            "query", "--checkpoint", checkpoint, "--data", data ?? Workshop.scenes.get(), "--split",
            data == nil ? "test" : "val", "a red star")
    }

    @Test func `all parameters that do not fit are listed`() throws {
        let whole = try Workshop.checkpoint.get()
        let checkpoint = try Workshop.linked(to: whole, "parameters")
        let path = checkpoint + "/model.safetensors"
        let file = try SafetensorsFile(path: path)
        var items: [SafetensorsWriter.Item] = []
        for (name, entry) in file.entries where name != "image.region.bias" && name != "text.projection.weight" {
            let bytes = try #require(file.bytes(of: name))
            let isMisshaped = name == "image.global.bias"
            items.append(
                .init(
                    name: name, elementType: entry.elementType, shape: isMisshaped ? [16, 2] : entry.shape, bytes: bytes
                ))
            if isMisshaped {
                items.append(.init(name: "image.local.bias", elementType: .float32, shape: [32], bytes: bytes))
            }
        }
        try SafetensorsWriter.write(items, to: path)
        withExtendedLifetime(file) {}
        let run = try query(checkpoint)
        expectRefusal(run, [path, "4 parameters do not fit"])
        for problem in [
            "image.region.bias: expected [32], found nothing",
            "text.projection.weight: expected [32, 32], found nothing",
            "image.global.bias: expected [32], found [16, 2]",
            "image.local.bias: expected no such parameter, found one",
        ] {
            #expect(run.errors.contains(problem))
        }
    }

    @Test func `lying offsets are refused`() throws {
        let checkpoint = try Workshop.linked(to: Workshop.checkpoint.get(), "offsets")
        let path = checkpoint + "/model.safetensors"
        func expectFault(header: String, length: Int? = nil, data: Int = 8, _ parts: String...) throws {
            let size = UInt64(length ?? header.utf8.count)
            try write(
                withUnsafeBytes(of: size.littleEndian) { Data($0) } + Data(header.utf8) + Data(count: data), to: path)
            expectRefusal(try query(checkpoint), [path] + parts)
        }
        func entry(_ name: String, _ begin: Int, _ end: Int) -> String {
            #""\#(name)":{"dtype":"F32","shape":[2],"data_offsets":[\#(begin),\#(end)]}"#
        }
        try expectFault(header: "{\(entry("a", 0, 800))}", "a: expected 8 bytes for F32 [2]", "found 800 bytes")
        try expectFault(header: "{\(entry("a", 8, 16))}", "a: expected data_offsets that begin at 0", "found 8")
        try expectFault(header: "{\(entry("a", 8, 0))}", "a: expected data_offsets [begin, end]", "found [8, 0]")
        try expectFault(
            header: "{\(entry("a", 0, 8)),\(entry("b", 4, 12))}", data: 16, "b: expected data_offsets that begin at 8",
            "found 4")
        try expectFault(header: "{\(entry("a", 0, 8))}", data: 4, "data: expected 8 bytes", "found 4 bytes")
        try expectFault(header: "{}", length: .max, "header: expected at most 10 bytes", "found a length of")
    }

    @Test func `files that are missing or cut are refused`() throws {
        let whole = try Workshop.checkpoint.get()
        let checkpoint = try Workshop.linked(to: whole, "cut")
        let path = checkpoint + "/model.safetensors"
        try write(bytes(whole + "/model.safetensors").dropLast(10), to: path)
        expectRefusal(try query(checkpoint), [path, "data: expected", "bytes for all arrays", "found"])
        try FileManager.default.removeItem(atPath: path)
        expectRefusal(try query(checkpoint), [path, "opening: expected a readable file", "found No such file"])
        let missing = checkpoint + "/none"
        expectRefusal(
            try query(missing), [missing + "/config.json", "expected a model configuration", "found no readable file"])
    }

    @Test(arguments: [
        (#""heads" : 2"#, #""heads" : 3"#, ["heads: expected a divisor of joint_dimension 32", "found 3"]),
        (#""heads" : 2"#, #""heads" : 2, "depth" : 2"#, ["depth: expected one of", "found an unknown key"]),
        (#""heads" : 2,"#, "", ["heads: expected", "found no such key"]),
        (#""local_weight" : 0.8"#, #""local_weight" : 1.5"#, ["local_weight: expected a weight in 0...1", "1.5"]),
        (#""text_dimension" : 32"#, #""text_dimension" : 300"#, ["text.projection.weight: expected [32, 300]"]),
    ])
    func `impossible configurations are refused`(_ old: String, _ new: String, _ parts: [String]) throws {
        let checkpoint = try Workshop.linked(to: Workshop.checkpoint.get(), "configuration")
        let path = checkpoint + "/config.json"
        let original = try text(path)
        try #require(original.contains(old))
        try write(original.replacing(old, with: new), to: path)
        expectRefusal(try query(checkpoint), [checkpoint] + parts)
    }

    @Test func `a checkpoint of a newer format is refused, and not gone on with`() throws {
        let checkpoint = try Workshop.linked(to: Workshop.checkpoint.get(), "format")
        let path = checkpoint + "/config.json"
        try write(text(path).replacing(#""heads" : 2"#, with: #""depth" : 2, "format" : 2, "heads" : 2"#), to: path)
        let line = [path, "format: expected 1, the newest format", "found 2: a newer ascl wrote it"]
        expectRefusal(try query(checkpoint), line)
        expectRefusal(
            try Tool.run("train", "--resume", "--data", Workshop.scenes.get(), "--output", checkpoint), line)
    }

    @Test func `features of other sizes are refused`() throws {
        let data = try TinyData()
        let checkpoint = try Workshop.checkpoint.get()
        let sizes = "(region_dimension of the model)"
        expectRefusal(
            try query(checkpoint, data: data.path),
            [data.path, "val region features: expected dimension 127 \(sizes)", "found 5"])
        try data.features("val_ims.npy", [4, 3, 127])
        expectRefusal(
            try query(checkpoint, data: data.path),
            [data.path, "val global features: expected dimension 251", "found 6"])
    }

    @Test func `a vocabulary that does not fit the encoder is refused`() throws {
        let encoder = try Workshop.linked(to: Workshop.textEncoder.get(), "encoder")
        let path = encoder + "/vocab.txt"
        let size = try lines(path).count
        try write(try text(path) + "one more\n", to: path)
        let line = [path, "vocabulary: expected at most \(size) tokens", "found \(size + 1)"]
        let data = try TinyData()
        expectRefusal(try data.train("--set", "text_encoder.path=\(encoder)"), line)
        #expect(!exists(data.output))

        let checkpoint = try Workshop.linked(to: Workshop.checkpoint.get(), "vocabulary")
        try FileManager.default.removeItem(atPath: checkpoint + "/text_encoder")
        try FileManager.default.createSymbolicLink(
            atPath: checkpoint + "/text_encoder", withDestinationPath: encoder)
        expectRefusal(
            try query(checkpoint),
            [checkpoint + "/text_encoder/vocab.txt", "expected at most \(size) tokens", "found \(size + 1)"])
    }

    @Test func `a folder without a text encoder is refused`() throws {
        let data = try TinyData()
        expectRefusal(
            try data.train("--set", "text_encoder.path=\(data.path)"),
            [data.path + "/config.json", "expected a BERT configuration", "found no readable file"])
        #expect(!exists(data.output))
    }
}
