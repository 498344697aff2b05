import AsCLBase
import Foundation
import ModelWeights
import RetrievalFixtures
import Synchronization
import Testing

@Suite(.serialized) struct HubFetchTests {
    let folder: ScratchFolder
    /// More than one piece of the network.
    let weights = String(repeating: "weights of a model. ", count: 15_000)
    var root: String { folder.path + "/hub/models--some--model" }
    var snapshot: String { "\(root)/snapshots/\(LoopbackHub.commit)" }

    init() throws { folder = try ScratchFolder() }

    func files(_ more: [String: LoopbackHub.File] = [:]) throws -> [String: LoopbackHub.File] {
        [
            "config.json": try .small(#"{"model_type": "clip"}"#), "vocab.json": try .small("{}"),
            "tokenizer.json": .large("a large tokenizer"), "model.safetensors": .large(weights),
        ].merging(more) { $1 }
    }

    func settings(_ hub: LoopbackHub, token: String? = nil) -> HubSettings {
        HubSettings(environment: hub.environment(home: folder.path, token: token))
    }

    func prepare(_ hub: LoopbackHub, sums: [String: String] = [:], token: String? = nil) throws -> HubFetch {
        // No machine is so slow that an hour passes without a byte.
        try HubFetch(
            HubRepository("some/model"), sums: sums, settings: settings(hub, token: token),
            patience: DownloadPatience(stall: 3600, retries: 0, pause: 0))
    }

    func error(_ body: () throws -> Void) throws -> String {
        let line = try #require(throws: InputError.self) { try body() }.description
        #expect(!line.contains { $0.isNewline } && !line.contains("hf_secret"))
        return line
    }

    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `a model arrives as Python's programs lay it out`() throws {
        let files = try files([
            "tf_model.h5": .large("h5"), "pytorch_model.bin": .large("bin"), "modeling_own.py": try .small("evil()"),
            "onnx/model.onnx": .large("onnx"), "README.md": try .small("# Model"),
        ])
        let hub = try LoopbackHub(files)
        let fetch = try prepare(hub)
        #expect(fetch.files.map(\.name) == ["config.json", "tokenizer.json", "vocab.json", "model.safetensors"])
        #expect(fetch.commit == LoopbackHub.commit && fetch.licence.identifier == "mit")
        #expect(fetch.byteCount == weights.utf8.count + 17 + 2 + 22 && fetch.missingByteCount == fetch.byteCount)
        // Nothing is written yet, and of the files only the configuration was read.
        #expect(try folder.names.isEmpty && hub.fetched == ["config.json"])
        let calls = Mutex<[Int]>([])
        let sums = try fetch.run { _ in
        } progress: { done, _ in
            calls.withLock { $0.append(done) }
        }
        #expect(sums.isEmpty && fetch.missing.isEmpty && fetch.snapshot == snapshot)
        #expect(calls.withLock { $0 == $0.sorted() && $0.last == fetch.byteCount })

        #expect(try names(root) == ["blobs", "refs", "snapshots"])
        #expect(try text(root + "/refs/main") == LoopbackHub.commit)
        #expect(try names(snapshot) == ["config.json", "model.safetensors", "tokenizer.json", "vocab.json"])
        #expect(try names(root + "/blobs") == names(snapshot).compactMap { files[$0]?.tag }.sorted())
        for name in try names(snapshot) {
            let place = try FileManager.default.destinationOfSymbolicLink(atPath: "\(snapshot)/\(name)")
            #expect(try place == "../../blobs/" + #require(files[name]).tag)
        }
        #expect(try text(snapshot + "/model.safetensors") == weights)
        let found = try PretrainedModels.folder("some/model", environment: hub.environment(home: folder.path))
        #expect(found == snapshot)

        // Once more: the hub is asked what there is, and no file comes.
        let before = hub.fetched.count
        let again = try prepare(hub)
        #expect(again.missing.isEmpty && again.missingByteCount == 0)
        _ = try again.run()
        #expect(hub.fetched.dropFirst(before) == ["config.json"] && hub.store.requests.count == 2)
    }

    @Test func `the token stays at the hub`() throws {
        let hub = try LoopbackHub(files())
        _ = try prepare(hub, token: "hf_secret\n").run()
        #expect(hub.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
        #expect(hub.store.requests.count == 2 && hub.store.requests.allSatisfy { $0.headers["authorization"] == nil })
        #expect(!"\(settings(hub, token: "hf_secret"))".contains("hf_secret"))
        var dumped = ""
        dump(settings(hub, token: "hf_secret"), to: &dumped)
        #expect(!dumped.contains("hf_secret"))
    }

    @Test func `the token's file is read`() throws {
        try folder.write("hf_filed\n", to: "token")
        let hub = try LoopbackHub(files())
        _ = try prepare(hub)
        #expect(hub.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_filed" })
        // A repository that moved is followed on the hub itself.
        let moved = try LoopbackHub(files()) { request in
            request.path == "/api/models/some/model/revision/main"
                ? .http("307 Temporary Redirect", headers: ["Location": "/api/models/moved"])
                : request.path == "/api/models/moved"
                    ? .http("200 OK", Data(#"{"sha": "\#(LoopbackHub.commit)", "siblings": []}"#.utf8)) : nil
        }
        _ = try error { _ = try prepare(moved) }
        #expect(moved.server.requests.map(\.path) == ["/api/models/some/model/revision/main", "/api/models/moved"])
        #expect(moved.server.requests.allSatisfy { $0.headers["authorization"] == "Bearer hf_filed" })
    }

    @Test func `what Python fetched is not fetched again`() throws {
        let files = try files()
        let hub = try LoopbackHub(files)
        // A whole file, and a content that no name leads to yet.
        let (config, model) = try (#require(files["config.json"]), #require(files["model.safetensors"]))
        try folder.put(#"{"model_type": "clip"}"#, at: "hub/models--some--model/blobs/\(config.tag)")
        try folder.put(weights, at: "hub/models--some--model/blobs/\(model.tag)")
        try FileManager.default.createDirectory(atPath: snapshot, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: snapshot + "/config.json", withDestinationPath: "../../blobs/" + config.tag)
        let fetch = try prepare(hub)
        #expect(fetch.missing.map(\.name) == ["tokenizer.json", "vocab.json", "model.safetensors"])
        #expect(fetch.missingByteCount == 17 + 2)
        _ = try fetch.run()
        #expect(hub.fetched == ["config.json", "tokenizer.json", "vocab.json"])
        #expect(try text(snapshot + "/model.safetensors") == weights)
    }

    @Test func `a fetch that was broken off goes on`() throws {
        let hub = try LoopbackHub(
            files(),
            stored: { content, request, _ in
                content.count > 1000 && request.start == nil ? .file(content, request, upTo: 100_000) : nil
            })
        let fetch = try prepare(hub)
        #expect(try error { _ = try fetch.run() }.contains("after 100000 bytes: expected all 300000 bytes"))
        #expect(!FileManager.default.fileExists(atPath: root + "/refs"))
        let line = try error {
            _ = try PretrainedModels.folder("some/model", environment: hub.environment(home: folder.path))
        }
        #expect(line.hasSuffix("found a part of it there; get it with `ascl weights fetch some/model`"))
        let next = try prepare(hub)
        #expect(next.missing.map(\.name) == ["model.safetensors"] && next.missingByteCount == 200_000)
        _ = try next.run()
        #expect(try text(snapshot + "/model.safetensors") == weights)
        #expect(hub.store.requests.map(\.start) == [nil, nil, 100_000])
    }

    @Test func `contents that are not what the hub says are removed`() throws {
        let other = String(weights.reversed())
        let hub = try LoopbackHub(
            files(),
            stored: { content, request, _ in content.count > 1000 ? .file(Data(other.utf8), request) : nil })
        #expect(
            try error { _ = try prepare(hub).run() }.contains(
                "SHA-256: expected \(ContentDigest(of: weights).hexadecimal), found "
                    + "\(ContentDigest(of: other).hexadecimal); the file was removed"))
        #expect(try !names(snapshot).contains("model.safetensors") && names(root + "/blobs").count == 3)
        var vocabulary = try LoopbackHub.File.small("{}")
        vocabulary.tag = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
        let small = try LoopbackHub(files(["vocab.json": vocabulary]))
        try FileManager.default.removeItem(atPath: root)
        #expect(
            try error { _ = try prepare(small).run() }.contains(
                "/vocab.json: git's SHA-1: expected e69de29bb2d1d6434b8b29ae775ad8c2e48c5391, found "
                    + "9e26dfeeb6e641a33dae4961196235bdb965b21b"))
    }

    @Test func `what has no sum is held to what it was`() throws {
        func hub(_ text: String) throws -> LoopbackHub {
            var file = LoopbackHub.File.large(text)
            file.tag = "some-tag"
            return try LoopbackHub(files(["model.safetensors": file]))
        }
        let sum = ContentDigest(of: "once").hexadecimal
        let (first, second) = (try hub("once"), try hub("else"))
        #expect(try prepare(first).run() == ["model.safetensors": sum])
        try FileManager.default.removeItem(atPath: root + "/blobs/some-tag")
        let line = try error { _ = try prepare(second).run() }
        #expect(line.contains("SHA-256: expected \(sum), found \(ContentDigest(of: "else").hexadecimal); "), "\(line)")
        #expect(line.hasSuffix("remove \(root)/blobs/some-tag.sha256 to trust this"), "\(line)")
        #expect(!FileManager.default.fileExists(atPath: snapshot + "/model.safetensors"))
        _ = try prepare(first).run()
        #expect(try text(snapshot + "/model.safetensors") == "once")
    }

    @Test func `a sum known from elsewhere is held against the hub's`() throws {
        let hub = try LoopbackHub(files())
        let sum = String(repeating: "0", count: 64)
        #expect(
            try error { _ = try prepare(hub, sums: ["model.safetensors": sum]) }
                == "some/model/model.safetensors: SHA-256: expected \(sum), found "
                + "\(ContentDigest(of: weights).hexadecimal) on the hub")
        _ = try prepare(hub, sums: ["model.safetensors": ContentDigest(of: weights).hexadecimal])
    }

    @Test func `weights come in whatever form there is`() throws {
        var parts = try files([
            "model-1.safetensors": .large("one"), "model-2.safetensors": .large("two"),
            "model.safetensors.index.json": try .small(
                #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#),
        ])
        parts["model.safetensors"] = nil
        #expect(
            try prepare(LoopbackHub(parts)).files.map(\.name).suffix(3)
                == ["model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json"])
        parts["model-2.safetensors"] = nil
        #expect(
            try error { _ = try prepare(LoopbackHub(parts)) }
                == "some/model/model.safetensors.index.json: weight_map: expected files beside it, "
                + "found no model-2.safetensors")
        var old = try files(["pytorch_model.bin": .large("bin")])
        old["model.safetensors"] = nil
        #expect(try prepare(LoopbackHub(old)).files.last?.name == "pytorch_model.bin")
    }

    @Test func `what this program cannot read is refused before its weights`() throws {
        func line(_ change: [String: LoopbackHub.File?]) throws -> String {
            var files = try files()
            for (name, file) in change { files[name] = file }
            let hub = try LoopbackHub(files)
            let line = try error { _ = try prepare(hub) }
            #expect(hub.store.requests.isEmpty && hub.fetched.allSatisfy { $0 == "config.json" })
            #expect(try folder.names.isEmpty)
            return line
        }
        #expect(
            try line(["config.json": .small(#"{"model_type": "siglip2"}"#)])
                == "some/model/config.json: model_type: expected clip or siglip, found siglip2, SigLIP 2 with pictures of "
                + "any shape (NaFlex): fetch one of fixed resolution such as google/siglip2-base-patch32-256")
        #expect(
            try line(["config.json": .small(#"{"model_type": "clip", "auto_map": {}}"#)]).hasPrefix(
                "some/model/config.json: auto_map: expected a model that transformers itself computes"))
        #expect(try line(["config.json": .small("<html>")]).hasPrefix("some/model/config.json: file: expected"))
        #expect(
            try line(["config.json": nil, "open_clip_config.json": .small("{}")])
                == "some/model/config.json: file: expected a CLIP's or a SigLIP's configuration, found no readable file, "
                + "but open_clip's open_clip_config.json: fetch the same model in the layout of transformers "
                + "(config.json, model.safetensors)")
        #expect(
            try line(["model.safetensors": nil, "open_clip_model.safetensors": .large("x")])
                == "some/model/model.safetensors: expected this file, or model.safetensors.index.json, pytorch_model.bin, "
                + "pytorch_model.bin.index.json, found open_clip_model.safetensors: fetch the same model in the layout of "
                + "transformers (config.json, model.safetensors)")
    }

    @Test func `a disk without room is told before anything is written`() throws {
        var file = LoopbackHub.File.large(weights)
        file.statedSize = 1 << 60
        let fetch = try prepare(LoopbackHub(files(["model.safetensors": file])))
        #expect(
            try error { _ = try fetch.run() }.contains("disk: expected 1152921504.61 GB of room, found "))
        #expect(try folder.names.isEmpty)
    }

    @Test func `a size that is not the file's is told`() throws {
        var file = LoopbackHub.File.large(weights)
        file.statedSize = weights.utf8.count + 1
        let hub = try LoopbackHub(files(["model.safetensors": file]))
        let fetch = try prepare(hub)
        #expect(
            try error { _ = try fetch.run() }.contains(
                "size: expected 300001 bytes, found 300000; remove it and fetch again"))
        #expect(!FileManager.default.fileExists(atPath: snapshot + "/model.safetensors"))
    }

    @Test func `weights wait for what is looked at before them`() throws {
        struct Refused: Error {}
        let hub = try LoopbackHub(files())
        let fetch = try prepare(hub)
        #expect(throws: Refused.self) {
            _ = try fetch.run { folder in
                #expect(try names(folder) == ["config.json", "tokenizer.json", "vocab.json"])
                throw Refused()
            }
        }
        #expect(!hub.fetched.contains("model.safetensors"))
    }
}
