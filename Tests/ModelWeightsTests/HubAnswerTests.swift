import AsCLBase
import Foundation
import ModelWeights
import RetrievalFixtures
import Testing

/// What the hub says instead of a model, told so that a user knows what to do.
@Suite struct HubAnswerTests {
    let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    /// The line of error where the hub answers so, `H` for its address.
    func line(
        _ status: String, code: String? = nil, token: String? = nil, repository: String = "some/model",
        whenAskedFor part: String = "/api/"
    ) throws -> String {
        let hub = try LoopbackHub([
            "config.json": .small(#"{"model_type": "clip"}"#), "model.safetensors": .large("weights"),
        ]) { request in
            request.path.contains(part) ? .http(status, headers: code.map { ["X-Error-Code": $0] } ?? [:]) : nil
        }
        let settings = HubSettings(environment: hub.environment(home: folder.path, token: token))
        let line = try #require(throws: InputError.self) {
            _ = try HubFetch(
                HubRepository(repository), settings: settings,
                patience: DownloadPatience(stall: 3600, retries: 0, pause: 0))
        }.description
        #expect(!line.contains { $0.isNewline } && !line.contains("hf_secret"))
        #expect(try folder.names.isEmpty)
        return line.replacing(hub.server.address, with: "H")
    }

    @Test func `a gate is told with the way through it`() throws {
        let start = "some/model: access: expected an account that its owner let in, found HTTP status "
        #expect(
            try line("401 Unauthorized", code: "GatedRepo") == start
                + "401; ask for access on H/some/model, and set HF_TOKEN, or log in with `hf auth login`")
        #expect(
            try line("403 Forbidden", code: "GatedRepo", token: "hf_secret", whenAskedFor: "/resolve/") == start
                + "403; ask for access on H/some/model, and the token that was sent is not of one")
    }

    @Test func `what is not there is told by what was asked for`() throws {
        let start =
            "some/model: repository: expected a public one at H, or an account that may read it, found HTTP status "
        let end = "; if the name is right, set HF_TOKEN, or log in with `hf auth login`"
        #expect(try line("401 Unauthorized") == start + "401" + end)
        #expect(try line("404 Not Found", code: "RepoNotFound") == start + "404" + end)
        #expect(try line("404 Not Found", token: "hf_secret").hasPrefix(start + "404"))
        #expect(
            try line("404 Not Found", code: "RevisionNotFound", repository: "some/model@v9")
                == "some/model@v9: revision: expected a branch, a tag or a commit, found no v9 there")
        #expect(
            try line("403 Forbidden", token: "hf_secret")
                == "some/model: access: expected an account that may read it, found HTTP status 403; "
                + "the token that was sent is not of one")
    }

    @Test func `other answers are told as they are`() throws {
        #expect(try line("429 Too Many Requests").hasSuffix("too many requests: try again in some minutes"))
        #expect(
            try line("500 Internal Server Error")
                == "H/api/models/some/model/revision/main: answer: expected HTTP status 200, found 500")
        #expect(try line("200 OK").hasPrefix("H/api/models/some/model/revision/main: byte 0: expected a JSON value"))
        #expect(
            try line("200 OK", whenAskedFor: "model.safetensors")
                == "H/some/model/resolve/\(LoopbackHub.commit)/model.safetensors: X-Repo-Commit: expected a header of the hub's, "
                + "found none: is H a hub?")
    }

    @Test func `a name of a content leads nowhere else`() throws {
        for tag in ["../../evil", "..", ".hidden", "a/b", ""] {
            var file = LoopbackHub.File.large("weights")
            file.tag = tag
            let hub = try LoopbackHub([
                "config.json": .small(#"{"model_type": "clip"}"#), "model.safetensors": file,
            ])
            let settings = HubSettings(environment: hub.environment(home: folder.path))
            let line = try #require(throws: InputError.self, "\(tag)") {
                _ = try HubFetch(HubRepository("some/model"), settings: settings)
            }.description
            #expect(line.contains("ETag: expected the name of the content"), "\(line)")
        }
    }

    @Test(arguments: [
        (#"{"license": "mit"}"#, false, "licence mit"),
        (#"{"license": ["apache-2.0"]}"#, false, "licence apache-2.0"),
        (#"{}"#, false, "no licence stated"),
        (#"{"license": "cc-by-nc-4.0"}"#, true, "licence cc-by-nc-4.0"),
        (#"{"license": "apple-amlr"}"#, true, "licence apple-amlr"),
        (
            #"{"license": "other", "license_name": "own", "license_link": "https://x.example"}"#, true,
            "licence other (own, https://x.example)"
        ),
    ]) func `licences are told and weighed`(card: String, isRestricted: Bool, text: String) throws {
        let hub = try LoopbackHub(
            ["config.json": .small(#"{"model_type": "clip"}"#), "model.safetensors": .large("weights")], card: card)
        let settings = HubSettings(environment: hub.environment(home: folder.path))
        let licence = try HubFetch(HubRepository("some/model"), settings: settings).licence
        #expect(licence.isRestricted == isRestricted && licence.description == text)
    }
}
