import Foundation
import FoundationNetworking
import RetrievalFixtures
import Testing

/// `ascl serve` as a process of its own.
struct ServeTests {
    /// The folder of an index of three pictures.
    private static let index = Result {
        let (clip, collection) = (try Workshop.newFolder("clip"), try PictureCollection())
        let index = try Workshop.newFolder("index")
        try TinyPretrained.write(.clip, to: clip)
        for number in 0..<3 { try collection.add("\(number).png", checked(number)) }
        let run = try Tool.run("index", collection.images, "--encoder", clip, "--index", index)
        try #require(run.status == 0, "\(run)")
        return index
    }

    /// A picture with something in it.
    private static func checked(_ number: Int) throws -> Data {
        let scenes = try Workshop.drawnScenes.get() + "/images"
        let name = try FileManager.default.contentsOfDirectory(atPath: scenes).sorted()[number]
        return try Data(contentsOf: URL(fileURLWithPath: "\(scenes)/\(name)"))
    }

    @Test func `it says where it is, answers there, and ends well when it is asked to`() async throws {
        let tool = try Tool(["serve", "--index", try Self.index.get(), "--port", "0"])
        let line = try tool.firstLine()
        let match = try #require(line.firstMatch(of: /^3 pictures at (http:\/\/127\.0\.0\.1:\d+\/)$/), "\(line)")
        let address = try #require(URL(string: "\(match.1)api/search?q=a+cat&all=1"))
        let (data, response) = try await URLSession.shared.data(from: address)
        #expect((response as? HTTPURLResponse)?.statusCode == 200)
        #expect(String(decoding: data, as: UTF8.self).contains("\"searchedCount\":3"))
        tool.terminate()
        let result = try tool.finish()
        #expect(result.status == 0 && !result.wasKilled)
        #expect(result.errors.contains("route=/api/search status=200"))
    }

    #if os(Linux)
    @Test(arguments: [("", ["GOMP_SPINCOUNT=3000"]), ("export OMP_WAIT_POLICY=active", ["OMP_WAIT_POLICY=active"])])
    func `threads wait shortly unless the user has chosen otherwise`(choice: String, _ chosen: [String]) throws {
        let tool = try Tool(
            ["serve", "--index", try Self.index.get(), "--port", "0"],
            shell: "unset GOMP_SPINCOUNT OMP_WAIT_POLICY\n\(choice)")
        _ = try tool.firstLine()
        let names = ["GOMP_SPINCOUNT=", "OMP_WAIT_POLICY="]
        #expect(try tool.environment().filter { own in names.contains { own.hasPrefix($0) } } == chosen)
        tool.terminate()
        #expect(try tool.finish().status == 0)
    }
    #endif

    @Test func `a taken port, a missing index and a poor token are told in a line`() throws {
        let index = try Self.index.get()
        let first = try Tool(["serve", "--index", index, "--port", "0"])
        let port = try #require(try first.firstLine().firstMatch(of: /:(\d+)\/$/)?.1)
        let second = try Tool.run("serve", "--index", index, "--port", "\(port)")
        #expect(second.status == 1 && second.output.isEmpty)
        #expect(second.errorLines.last?.hasPrefix("ascl: 127.0.0.1:\(port): listening: expected an address") == true)
        first.terminate()
        #expect(try first.finish().status == 0)

        let empty = try Workshop.newFolder("empty")
        expectRefusal(
            try Tool.run("serve", "--index", empty),
            [empty, "index", "expected an index of pictures", "ascl index PHOTOS"])
        try write("short\n", to: empty + "/token")
        expectRefusal(
            try Tool.run("serve", "--index", index, "--token-file", empty + "/token"),
            [empty + "/token", "token", "at least 16 characters", "fewer"])
    }

    @Test func `other machines are not let in without a token`() throws {
        for arguments in [["--host", "0.0.0.0"], ["--host", "::"], ["--port", "65536"]] {
            let run = try Tool(["serve", "--index", try Self.index.get()] + arguments).finish()
            #expect(run.status == 2 && run.output.isEmpty, "\(arguments)")
            #expect(run.errors.contains(arguments[0]), "\(run.errors)")
        }
    }

    @Test func `flags go before the environment, and that before the file`() throws {
        let folder = try Workshop.newFolder("settings")
        let file = folder + "/server.yaml"
        try write("index: \(try Self.index.get())\nport: 1\nhost: 127.0.0.2\nunload_after: 60\n", to: file)
        func address(_ arguments: [String], _ environment: [String: String]) throws -> String {
            let tool = try Tool(["serve", "--config", file] + arguments, environment: environment)
            let line = try tool.firstLine()
            tool.terminate()
            #expect(try tool.finish().status == 0)
            return String(line.prefix { $0 != "." }) + (line.contains("127.0.0.1") ? " own" : " file's")
        }
        #expect(try address([], ["ASCL_SERVE_PORT": "0"]) == "3 pictures at http://127 file's")
        #expect(
            try address(["--port", "0", "--host", "127.0.0.1"], ["ASCL_SERVE_PORT": "1"])
                == "3 pictures at http://127 own")
        try write("prot: 1\n", to: file)
        expectRefusal(
            try Tool.run("serve", "--config", file),
            [file, "line 1", "index, store, host, port, token_file, unload_after", "prot"])
        expectRefusal(
            try Tool(["serve"], environment: ["ASCL_SERVE_PORT": "x"]).finish(),
            ["$ASCL_SERVE_PORT", "port", "a port from 0 to 65535", "x"])
        try write("index: \(folder)\n", to: file)
        let both = try Tool(
            ["serve", "--config", file], environment: ["ASCL_SERVE_STORE": "postgresql://127.0.0.1:1/x"]
        ).finish()
        #expect(both.status == 2 && both.errors.contains("--store: expected no --index beside it"), "\(both)")
        let run = try Tool.run("serve", "--unload-after", "0")
        #expect(run.status == 2 && run.errors.contains("--unload-after"))
    }
}
