import AsCLBase
import Foundation
import ModelWeights
import Testing

@Suite struct WeightsCatalogueTests {
    let catalogue = WeightsCatalogue(environment: [:])

    @Test func `names are their own and hashes are those of the file names`() {
        #expect(Set(catalogue.entries.map(\.name)).count == catalogue.entries.count)
        #expect(Set(catalogue.entries.map(\.fileName)).count == catalogue.entries.count)
        for entry in catalogue.entries where entry.folder != nil {
            let hash = entry.sha256 ?? ""
            #expect(hash.count == 8 && hash.allSatisfy { $0.isHexDigit }, "\(entry.name)")
            #expect(entry.fileName.hasSuffix("-\(hash).pth"), "\(entry.name)")
            #expect(entry.approximateByteCount != nil && !entry.licence.isEmpty, "\(entry.name)")
        }
    }

    @Test func `the encoders of the paper are known`() throws {
        let entry = try catalogue.entry(named: "resnet152")
        #expect(try catalogue.address(of: entry) == "https://download.pytorch.org/models/resnet152-394f9c45.pth")
        #expect(entry.sha256 == "394f9c45")
        let detector = try catalogue.entry(named: "bottom_up_attention")
        let line = try #require(throws: InputError.self) { try catalogue.address(of: detector) }.description
        #expect(line.contains("--detector-weights"))
    }

    @Test func `unknown names list the known`() throws {
        let line = try #require(throws: InputError.self) { try catalogue.entry(named: "resnet51") }.description
        #expect(line.hasPrefix("resnet51: catalogue: expected one of resnet18, ") && line.contains("mobilenet_v2"))
    }

    @Test func `a mirror replaces every folder`() throws {
        for mirror in ["http://mirror.example/weights", "http://mirror.example/weights/"] {
            let catalogue = WeightsCatalogue(environment: ["ASCL_WEIGHTS_MIRROR": mirror])
            #expect(
                try catalogue.address(of: catalogue.entry(named: "resnet18"))
                    == "http://mirror.example/weights/resnet18-f37072fd.pth")
        }
        #expect(WeightsCatalogue(environment: ["ASCL_WEIGHTS_MIRROR": ""]).mirror == nil)
    }

    @Test func `the cache is where the environment says`() throws {
        func folder(_ environment: [String: String]) -> String { WeightsCache(environment: environment).folder }
        let home = ["HOME": "/home/me"]
        #expect(folder(home) == "/home/me/.cache/ascl/weights")
        #expect(folder(home.merging(["XDG_CACHE_HOME": "/caches"]) { $1 }) == "/caches/ascl/weights")
        #expect(folder(home.merging(["XDG_CACHE_HOME": "not/whole"]) { $1 }) == "/home/me/.cache/ascl/weights")
        #expect(folder(["XDG_CACHE_HOME": "/caches", "ASCL_CACHE": "/own"]) == "/own")
        let entry = try catalogue.entry(named: "resnet18")
        #expect(WeightsCache(folder: "/own").path(of: entry) == "/own/resnet18-f37072fd.pth")
    }
}
