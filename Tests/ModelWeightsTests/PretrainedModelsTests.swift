import AsCLBase
import Foundation
import ModelWeights
import RetrievalFixtures
import Testing

@Suite struct PretrainedModelsTests {
    let folder: ScratchFolder
    let commit = "0123456789abcdef0123456789abcdef01234567"

    init() throws { folder = try ScratchFolder() }

    var environment: [String: String] { ["HF_HOME": folder.path + "/hf"] }
    var root: String { "hf/hub/models--some--model" }

    func line(_ value: String) throws -> String {
        let line = try #require(throws: InputError.self) {
            _ = try PretrainedModels.folder(value, environment: environment)
        }.description
        #expect(!line.contains { $0.isNewline })
        return line.replacing(folder.path, with: "F")
    }

    /// A file of a repository as Python's program leaves it: a link into the contents.
    func add(_ file: String, _ text: String = "{}") throws {
        try folder.put(text, at: "\(root)/blobs/sum-of-\(file)")
        let snapshot = folder.path + "/\(root)/snapshots/\(commit)"
        try FileManager.default.createDirectory(atPath: snapshot, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: "\(snapshot)/\(file)", withDestinationPath: "../../blobs/sum-of-\(file)")
    }

    @Test func `names of the catalogue are their own and say what is known`() throws {
        let catalogue = PretrainedModels.catalogue
        #expect(
            catalogue.map(\.repository.name) == [
                "laion/CLIP-ViT-B-32-laion2B-s34B-b79K", "openai/clip-vit-base-patch32",
                "openai/clip-vit-large-patch14", "google/siglip2-base-patch32-256", "google/siglip2-base-patch16-224",
            ])
        #expect(Set(catalogue.map(\.name)).count == catalogue.count)
        for entry in catalogue {
            #expect(!entry.name.contains("/") && !entry.licence.isEmpty && entry.approximateByteCount > 500_000_000)
            #expect(entry.sums.values.allSatisfy { ContentDigest(hexadecimal: $0) != nil })
            #expect(try PretrainedModels.model(entry.name).repository == entry.repository)
        }
    }

    @Test func `a folder is itself`() throws {
        try folder.put("{}", at: "own/config.json")
        let own = folder.path + "/own"
        #expect(try PretrainedModels.folder(own, environment: environment) == own)
        #expect(try line(own + "/config.json") == "F/own/config.json: model: expected a folder, found a file")
        #expect(try line(folder.path + "/gone") == "F/gone: model: expected a folder, found none")
    }

    @Test func `a repository in the cache is its snapshot`() throws {
        #expect(
            try line("some/model")
                == "some/model: model: expected a folder, or a model in F/hf/hub/models--some--model, found neither; "
                + "get it with `ascl weights fetch some/model`")
        try folder.put(commit, at: root + "/refs/main")
        try add("config.json")
        try add("model.safetensors")
        let snapshot = folder.path + "/\(root)/snapshots/\(commit)"
        #expect(try PretrainedModels.folder("some/model", environment: environment) == snapshot)
        #expect(try PretrainedModels.folder("some/model@\(commit)", environment: environment) == snapshot)
        #expect(try line("some/model@v2").hasSuffix("`ascl weights fetch some/model@v2`"))
    }

    @Test func `a part of a repository is none`() throws {
        func isRefused() throws -> Bool {
            try line("some/model").hasSuffix("found a part of it there; get it with `ascl weights fetch some/model`")
        }
        try folder.put(commit, at: root + "/refs/main")
        try add("config.json")
        #expect(try isRefused())
        try add(
            "model.safetensors.index.json",
            #"{"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}"#)
        try add("model-1.safetensors")
        #expect(try isRefused())
        try add("model-2.safetensors")
        let snapshot = folder.path + "/\(root)/snapshots/\(commit)"
        #expect(try PretrainedModels.folder("some/model", environment: environment) == snapshot)
        // A link to nothing, as a removed content leaves it.
        try FileManager.default.removeItem(atPath: folder.path + "/\(root)/blobs/sum-of-model-1.safetensors")
        #expect(try isRefused())
    }

    @Test func `what is neither lists the names`() throws {
        #expect(
            try line("clip-vit-b-33")
                == "clip-vit-b-33: model: expected a folder, owner/name of the hub or one of clip-vit-b-32, "
                + "openai-clip-vit-b-32, openai-clip-vit-l-14, siglip2-b-32-256, siglip2-b-16-224, found none of them")
        for name in ["a/b/c", "a//b", "a/..", "a/b--c", "-a/b", "a/b.git", "a/b c", "a/b\n", "ü/b", "/b"] {
            #expect(throws: InputError.self, "\(name)") { try HubRepository(name) }
        }
        for revision in ["", "..", "a/../b", "/a", "a b", "-x", "a//b"] {
            #expect(throws: InputError.self, "\(revision)") { try HubRepository("a/b@\(revision)") }
        }
        #expect(try HubRepository("a/b@refs/pr/1").revision == "refs/pr/1")
        #expect(try HubRepository("a_1/b.c-d").description == "a_1/b.c-d")
    }

    @Test func `the environment is read as Python's programs read it`() throws {
        func settings(_ environment: [String: String]) -> HubSettings {
            HubSettings(environment: environment.merging(["HOME": "/home/me"]) { own, _ in own })
        }
        #expect(settings([:]).endpoint == "https://huggingface.co")
        #expect(settings(["HF_ENDPOINT": "https://mirror.example/hf/"]).endpoint == "https://mirror.example/hf")
        #expect(settings([:]).cache == "/home/me/.cache/huggingface/hub")
        #expect(settings(["XDG_CACHE_HOME": "/caches"]).cache == "/caches/huggingface/hub")
        #expect(settings(["HF_HOME": "~/hf", "XDG_CACHE_HOME": "/caches"]).cache == "/home/me/hf/hub")
        #expect(settings(["HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/hf"]).cache == "/old")
        #expect(settings(["HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old"]).cache == "/new")
        #expect(!settings([:]).isOffline && !settings(["HF_HUB_OFFLINE": "0"]).isOffline)
        #expect(settings(["HF_HUB_OFFLINE": "yes"]).isOffline && settings(["TRANSFORMERS_OFFLINE": "1"]).isOffline)
    }
}
