import AsCLBase
import Foundation
import ModelWeights
import RetrievalFixtures
import Synchronization
import Testing

/// What a hub says of a model, cut or changed at random, ends in a model that can be fetched or in an error.
@Suite struct MutatedHubTests {
    @Test func `a mutated answer is taken or refused`() throws {
        let answer = Mutex(Data())
        let hub = try LoopbackHub(
            ["config.json": .small(#"{"model_type": "clip"}"#), "model.safetensors": .large("weights")]
        ) { request in
            request.path.hasPrefix("/api/") ? .http("200 OK", answer.withLock { $0 }) : nil
        }
        let facts = #"""
            {"id": "some/model", "sha": "\#(LoopbackHub.commit)", "tags": ["clip", "license:mit"], "gated": false,
             "siblings": [{"rfilename": "config.json"}, {"rfilename": "model.safetensors"}],
             "cardData": {"license": ["mit"], "license_name": "own", "license_link": "https://own.example"}}
            """#
        let folder = try ScratchFolder()
        let settings = HubSettings(environment: hub.environment(home: folder.path))
        let outcomes = try Fuzz.outcomes(of: Array(facts.utf8), name: "answer.json", rounds: 60) { path in
            let changed = try Data(contentsOf: URL(fileURLWithPath: path))
            answer.withLock { $0 = changed }
            let fetch = try HubFetch(
                HubRepository("some/model"), settings: settings,
                patience: DownloadPatience(stall: 3600, retries: 0, pause: 0))
            #expect(fetch.files.map(\.name) == ["config.json", "model.safetensors"])
        }
        #expect(outcomes.refused > 0 && outcomes.read > 0)
    }
}
