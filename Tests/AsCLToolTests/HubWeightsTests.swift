import Foundation
import RetrievalFixtures
import Testing

/// `ascl weights` and models of the hub.
struct HubWeightsTests {
    private func hub(
        card: String = #"{"license": "mit"}"#, _ change: (inout [String: Data]) -> Void = { _ in }
    ) throws -> LoopbackHub {
        let folder = try ScratchFolder()
        try TinyPretrained.write(.clip, to: folder.path)
        var files = try folder.names.reduce(into: [:]) { files, name in files[name] = try folder.data(name) }
        change(&files)
        return try LoopbackHub(
            files.reduce(into: [:]) { files, file in
                files[file.key] = try .file(file.value, isLarge: file.key.hasSuffix(".safetensors"))
            }, card: card)
    }

    private func weights(
        _ arguments: String..., hub: LoopbackHub, home: String, more: [String: String] = [:]
    ) throws -> Tool.Result {
        let environment = hub.environment(home: home, token: "hf_secret").merging(more) { $1 }
        let result = try Tool(["weights"] + arguments, environment: environment).finish()
        #expect(!"\(result)".contains("hf_secret"))
        return result
    }

    @Test func `a model is fetched, listed by name and checked`() throws {
        let (hub, home) = (try hub(), try Workshop.newFolder("home"))
        let run = try weights("fetch", "some/model", hub: hub, home: home)
        let snapshot = "\(home)/hub/models--some--model/snapshots/\(LoopbackHub.commit)"
        #expect(run.status == 0 && run.output == snapshot + "\n", "\(run)")
        let announced = /some\/model \(0123456\): licence mit; 6 files, (\d+) kB, of which \1 kB are to come\n/
        #expect(run.errors.prefixMatch(of: announced) != nil, "\(run.errors)")
        let asked = hub.store.requests.count
        #expect(asked == 1)

        // Again: nothing comes. And offline: nobody is asked.
        #expect(try weights("fetch", "some/model", hub: hub, home: home).output == snapshot + "\n")
        #expect(hub.store.requests.count == asked)
        let before = hub.server.requests.count
        let offline = ["HF_HUB_OFFLINE": "1"]
        #expect(try weights("fetch", "some/model", hub: hub, home: home, more: offline).output == snapshot + "\n")
        expectRefusal(
            try weights("fetch", "some/other", hub: hub, home: home, more: offline),
            ["some/other: HF_HUB_OFFLINE: expected the model in \(home)/hub, found not all of it"])

        let check = try weights("check", "some/model", "--json", hub: hub, home: home)
        #expect(check.status == 0)
        let report = try check.json
        #expect(report["family"] as? String == "clip" && report["parameterCount"] as? Int ?? 0 > 1000)
        #expect(report["folder"] as? String == snapshot && (report["problems"] as? [Any])?.isEmpty == true)
        let text = try weights("check", snapshot, hub: hub, home: home)
        #expect(text.status == 0 && text.output.hasSuffix("\n    this program reads it\n"), "\(text)")
        #expect(hub.server.requests.count == before)
    }

    @Test func `a killed fetch goes on`() throws {
        let (hub, home) = (try hub(), try Workshop.newFolder("home"))
        let environment = hub.environment(home: home)
        let sum = try #require(hub.sums["model.safetensors"])
        // Once the weights have their name, and no folder leads to them yet.
        let killed = try Tool(
            ["weights", "fetch", "some/model"], environment: environment,
            signal: SignalAtFile(signal: SIGKILL, file: "/blobs/\(sum)")
        ).finish()
        #expect(killed.wasKilled && hub.store.requests.count == 1)
        expectRefusal(
            try weights("check", "some/model", hub: hub, home: home),
            ["found a part of it there; get it with `ascl weights fetch some/model`"])
        let run = try weights("fetch", "some/model", hub: hub, home: home)
        #expect(run.status == 0 && run.errors.contains(" kB, of which 0 kB are to come"), "\(run)")
        #expect(hub.store.requests.count == 1)
        #expect(try weights("check", "some/model", hub: hub, home: home).status == 0)
    }

    @Test func `a hub that fails leaves what is here, and says how to take it`() throws {
        let (hub, home) = (try hub(), try Workshop.newFolder("home"))
        #expect(try weights("fetch", "some/model", hub: hub, home: home).status == 0)
        let broken = try LoopbackHub([:]) { _ in .http("500 Internal Server Error") }
        expectRefusal(
            try weights("fetch", "some/model", hub: broken, home: home),
            ["expected HTTP status 200, found 500; what was fetched before is here, and HF_HUB_OFFLINE=1 takes it"])
    }

    @Test func `a folder that cannot be read says why, and exits with 1`() throws {
        let (hub, folder) = (try hub(), try ScratchFolder())
        try TinyPretrained.write(.clip, to: folder.path)
        try FileManager.default.removeItem(atPath: folder.path + "/merges.txt")
        let text = try weights("check", folder.path, hub: hub, home: folder.path)
        #expect(text.status == 1 && text.errors.isEmpty && text.output.contains("\n    wrong "), "\(text)")
        #expect(text.output.hasSuffix("\n    this program does not read it\n"))
        let json = try weights("check", folder.path, "--json", hub: hub, home: folder.path)
        #expect(try json.status == 1 && (json.json["problems"] as? [String])?.count == 1)
        expectRefusal(
            try weights("check", "some/model", hub: hub, home: folder.path),
            ["some/model: model: expected a folder", "get it with `ascl weights fetch some/model`"])
        expectRefusal(try weights("check", "/nowhere", hub: hub, home: folder.path), ["/nowhere: model"])
    }

    @Test func `a licence that forbids uses has to be accepted`() throws {
        let (hub, home) = (try hub(card: #"{"license": "apple-amlr"}"#), try Workshop.newFolder("home"))
        expectRefusal(
            try weights("fetch", "some/model", hub: hub, home: home),
            [
                "some/model: licence: expected --accept-licence", "found licence apple-amlr: read them at ",
                "\(hub.server.address)/some/model",
            ], hasBegun: true)
        #expect(hub.store.requests.isEmpty)
        #expect(!exists(home + "/hub"))
        let run = try weights("fetch", "some/model", "--accept-licence", hub: hub, home: home)
        #expect(run.status == 0 && run.errors.contains("licence apple-amlr"), "\(run)")
        // What is here already was accepted.
        #expect(try weights("fetch", "some/model", hub: hub, home: home).status == 0)
    }

    @Test func `a tokenizer that cannot be read is refused before the weights`() throws {
        let (hub, home) = (try hub { $0["merges.txt"] = nil }, try Workshop.newFolder("home"))
        expectRefusal(
            try weights("fetch", "some/model", hub: hub, home: home), ["/merges.txt: "], hasBegun: true)
        #expect(hub.store.requests.isEmpty)
        let other = try self.hub { $0["config.json"] = Data(#"{"model_type": "mobileclip"}"#.utf8) }
        expectRefusal(
            try weights("fetch", "some/model", hub: other, home: home),
            [
                "some/model/config.json: model_type: expected clip or siglip",
                "(FastViT): fetch a ViT such as laion/CLIP",
            ])
    }
}
