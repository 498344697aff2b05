import Foundation
import ModelWeights
import RetrievalFixtures
import Testing

@Suite struct ProxyTests {
    /// The other tests of this target go past the proxy by `no_proxy`, which tests that too.
    @Test func `the environment's proxy is asked`() throws {
        let proxy = try LoopbackServer { _, _ in .http("200 OK", Data("by proxy".utf8)) }
        setenv("no_proxy", "127.0.0.1", 1)
        setenv("http_proxy", proxy.address, 1)
        defer {
            unsetenv("http_proxy")
            unsetenv("no_proxy")
        }
        let folder = try ScratchFolder()
        let entry = PublishedWeights(
            name: "tiny", summary: "tiny", architecture: "none", folder: "http://weights.invalid/models",
            fileName: "tiny.pth", sha256: nil, licence: "none")
        let path = try WeightsCache(folder: folder.path).fetch(entry, from: WeightsCatalogue(entries: [entry]))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "by proxy")
        #expect(proxy.requests.map(\.line) == ["GET http://weights.invalid/models/tiny.pth HTTP/1.1"])
    }
}
