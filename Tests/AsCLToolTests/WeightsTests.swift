import ArrayFiles
import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

/// `ascl weights`, and weights that do not serve.
struct WeightsTests {
    private static let all = [
        "resnet18", "resnet34", "resnet50", "resnet50_v2", "resnet101", "resnet152", "mobilenet_v2",
        "fasterrcnn_resnet50_fpn", "bottom_up_attention", "clip-vit-b-32", "openai-clip-vit-b-32",
        "openai-clip-vit-l-14", "siglip2-b-32-256", "siglip2-b-16-224",
    ]
    private static func licence(_ name: String) -> String {
        name.hasPrefix("siglip2") ? "Apache-2.0" : name.contains("resnet") || name == "mobilenet_v2" ? "BSD-3" : "MIT"
    }

    private func weights(_ arguments: String..., cache: String, mirror: String = "") throws -> Tool.Result {
        let environment = [
            "ASCL_CACHE": cache, "ASCL_WEIGHTS_MIRROR": mirror, "no_proxy": "127.0.0.1", "HF_HOME": cache + "/hf",
            "HF_ENDPOINT": "", "HF_HUB_CACHE": "",
        ]
        return try Tool(["weights"] + arguments, environment: environment).finish()
    }

    @Test func `the list names licence and place`() throws {
        let cache = try Workshop.newFolder("cache")
        try write("there", to: cache + "/mobilenet_v2-b0353104.pth")
        let json = try weights("list", "--json", cache: cache)
        let items = try #require(JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
        #expect(json.status == 0 && items.compactMap { $0["name"] as? String } == Self.all)
        for item in items {
            let (name, licence) = (item["name"] as? String, item["licence"] as? String ?? "")
            #expect(licence.hasPrefix(Self.licence(name ?? "")), "\(licence)")
            #expect((item["path"] as? String) == (name == "mobilenet_v2" ? cache + "/mobilenet_v2-b0353104.pth" : nil))
        }
        let list = try weights("list", cache: cache)
        #expect(list.status == 0 && list.outputLines.count == 3 * Self.all.count)
        for (index, name) in Self.all.enumerated() {
            #expect(list.outputLines[3 * index].hasPrefix(name + ": "))
            #expect(list.outputLines[3 * index + 1].contains(Self.licence(name)))
        }
        #expect(list.output.contains("not here; from https://huggingface.co/google/siglip2-base-patch16-224\n"))
        #expect(list.output.contains("not here; from https://download.pytorch.org/models/resnet152-394f9c45.pth"))
        #expect(list.output.contains("\n    \(cache)/mobilenet_v2-b0353104.pth\n"))
    }

    @Test func `unknown names are refused with all names`() throws {
        expectRefusal(
            try weights("fetch", "resnet51", cache: Workshop.newFolder("cache")),
            [
                "resnet51: catalogue: expected owner/name of the hub or one of \(Self.all.joined(separator: ", "))",
                "found no weights of that name",
            ])
    }

    @Test func `a file with another hash is not kept`() throws {
        let server = try LoopbackServer { request, _ in .file(Data("forged".utf8), request) }
        let cache = try Workshop.newFolder("cache")
        let run = try weights("fetch", "mobilenet_v2", cache: cache, mirror: server.address)
        expectRefusal(
            run, [server.address + "/mobilenet_v2-b0353104.pth", "SHA-256: expected b0353104", "the file was removed"],
            hasBegun: true)
        #expect(try names(in: cache).isEmpty)
    }

    @Test func `a file that is not there is one line`() throws {
        let server = try LoopbackServer { _, _ in .http("404 Not Found") }
        let cache = try Workshop.newFolder("cache")
        let run = try weights("fetch", "resnet18", cache: cache, mirror: server.address)
        expectRefusal(run, ["resnet18-f37072fd.pth", "answer: expected HTTP status 200", "found 404"], hasBegun: true)
        #expect(try names(in: cache).isEmpty)
    }

    @Test func `a file without a published hash is said to be unchecked`() throws {
        let content = Data("weights".utf8)
        let server = try LoopbackServer { request, _ in .file(content, request) }
        let cache = try Workshop.newFolder("cache") + "/made"
        let run = try weights("fetch", "bottom_up_attention", cache: cache, mirror: server.address + "/models")
        let path = cache + "/bottom_up_attention.pth"
        #expect(run.status == 0 && run.output == path + "\n", "\(run)")
        #expect(run.errors.contains("Visual Genome") && run.errors.contains("MIT"))
        #expect(run.errors.contains("no SHA-256 is published"), "\(run.errors)")
        let sum = ContentDigest(of: "weights").hexadecimal
        #expect(run.errors.contains("bottom_up_attention.pth: SHA-256 \(sum); none is published"), "\(run.errors)")
        #expect(
            try bytes(path) == content
                && names(in: cache) == ["bottom_up_attention.pth", "bottom_up_attention.pth.sha256"])
        #expect(server.requests.map(\.line) == ["GET /models/bottom_up_attention.pth HTTP/1.1"])
        // It is there now: nobody is asked.
        #expect(try weights("fetch", "bottom_up_attention", cache: cache).output == path + "\n")
        #expect(server.requests.count == 1)

        expectRefusal(
            try weights("fetch", "bottom_up_attention", cache: Workshop.newFolder("cache")),
            ["bottom_up_attention: catalogue: expected an address", "--detector-weights"], hasBegun: true)
    }

    @Test func `missing weights are refused with the way to them`() throws {
        let collection = try PictureCollection()
        try collection.addPlain("a.png", 1)
        let cache = try Workshop.newFolder("cache")
        for (options, parts) in [
            (
                ["--regions", "grid"],
                ["resnet152-394f9c45.pth", "expected the file", "`ascl weights fetch resnet152`"]
            ),
            ([], ["bottom_up_attention.pth", "expected the file", "--detector-weights"]),
        ] {
            let run = try Tool(
                ["features", "--images", collection.images, "--output", collection.output] + options,
                environment: ["ASCL_CACHE": cache]
            ).finish()
            expectRefusal(run, [cache] + parts)
        }
        #expect(!exists(collection.output))
    }

    @Test func `weights that do not fit are listed in full`() throws {
        let collection = try PictureCollection()
        try collection.addPlain("a.png", 1)
        let path = try Workshop.newFolder("weights") + "/other.safetensors"
        let values = [Float](repeating: 1, count: 4)
        try values.withUnsafeBytes { bytes in
            try SafetensorsWriter.write(
                ["extra.weight", "features.0.0.weight"].map {
                    SafetensorsWriter.Item(name: $0, elementType: .float32, shape: [4], bytes: bytes)
                }, to: path)
        }
        let options = ["--regions", "grid", "--backbone", "mobilenet_v2", "--backbone-weights"]
        func run(_ weights: String) throws -> Tool.Result {
            try Tool(["features", "--images", collection.images, "--output", collection.output] + options + [weights])
                .finish()
        }
        let other = try run(path)
        expectRefusal(
            other,
            [
                path, "do not fit: features.0.0.weight: expected [32, 3, 3, 3], found [4]",
                "features.18.1.running_var: expected [1280], found nothing",
                "extra.weight: expected no such parameter, found one",
            ])
        let count = try #require(other.errors.firstMatch(of: /: (\d+) parameters do not fit/)?.output.1)
        #expect(other.errors.split(separator: "; ").count == Int(count))

        try write("Not Found", to: path)
        expectRefusal(try run(path), [path, "first bytes: expected safetensors or a state dict by torch.save"])
        expectRefusal(try run(path + ".gone"), [path + ".gone", "opening", "No such file or directory"])
        #expect(!exists(collection.output))
    }
}
