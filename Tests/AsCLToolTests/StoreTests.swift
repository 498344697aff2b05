import Foundation
import RetrievalFixtures
import Testing

/// A collection in PostgreSQL, as a user has one.
@Suite(.enabled(if: PostgresServer.isThere, "\(PostgresServer.lack)"))
struct StoreTests {
    private let encoder: String
    private let collection: PictureCollection

    init() throws {
        encoder = try Workshop.newFolder("clip")
        collection = try PictureCollection()
        try TinyPretrained.write(.clip, to: encoder)
        for number in 0..<8 { try collection.add("\(number).bmp", TinyPicture.bitmap(number)) }
    }

    @Test func `a folder is indexed into databases, searched, copied and forgotten`() throws {
        let stores = try PostgresServer.newDatabases(2).flatMap { ["--store", $0] }
        func ascl(_ arguments: String...) throws -> Tool.Result { try Tool(arguments + stores).finish() }
        func paths(_ run: Tool.Result) throws -> [String] {
            #expect(run.status == 0, "\(run)")
            let hits = try #require(run.json["hits"] as? [[String: Any]])
            return hits.compactMap { ($0["picture"] as? [String: Any])?["path"] as? String }
        }
        let first = try ascl("index", collection.images, "--encoder", encoder)
        #expect(first.output == "8 pictures: 8 new, 0 known by their content, 0 gone, 0 cannot be used\n", "\(first)")
        try collection.add("8.bmp", TinyPicture.bitmap(8))
        try collection.remove("0.bmp")
        #expect(try ascl("index").output == "8 pictures: 1 new, 0 known by their content, 1 gone, 0 cannot be used\n")
        let found = try paths(ascl("search", "a cat", "--all", "--json"))
        #expect(found.count == 8)
        let status = try ascl("index", "status", "--json").json
        #expect(
            (status["outages"] as? [String]) == [] && (status["numbers"] as? [String: Any])?["findable"] as? Int == 8)

        let folder = try Workshop.newFolder("copy")
        let copied = try ascl("index", "copy", "--to", folder)
        #expect(
            copied.status == 0 && copied.output.hasPrefix("8 pictures in 8 files copied from postgresql://"),
            "\(copied)")
        #expect(!copied.output.contains("secret"))
        #expect(try paths(Tool.run("search", "a cat", "--all", "--json", "--index", folder)) == found)
        let other = try PostgresServer.newDatabases()[0]
        #expect(try Tool.run("index", "copy", "--index", folder, "--to", other).status == 0)
        #expect(try paths(Tool.run("search", "a cat", "--all", "--json", "--store", other)) == found)

        #expect(
            try ascl("index", "forget", "/none").errors.contains("expected one of \(collection.images), found /none"))
        #expect(try ascl("index", "forget", collection.images).status == 0)
        #expect(try ascl("index", "status").output.contains("pictures  0 in 0 files"))
    }

    @Test func `what cannot be is a line`() throws {
        let store = try PostgresServer.newDatabases()[0]
        #expect(try Tool.run("index", collection.images, "--store", store, "--encoder", encoder).status == 0)
        for (arguments, expected) in [
            (["index", "duplicates"], "store: expected an index's folder, which alone has captions"),
            (["index", "compact"], "`ascl index copy` brings the collection into a folder"),
            (["index", "stats"], "found PostgreSQL"), (["index", "calibrate"], "found PostgreSQL"),
            (["search", "--captions-of", collection.images + "/1.bmp"], "found PostgreSQL"),
            (["serve", "--neighbours", "hnsw"], "found PostgreSQL"),
            (["search", "a cat", "--store", "nonsense"], "store: expected an address like postgresql://"),
        ] {
            let run = try Tool(arguments + ["--store", store]).finish()
            #expect(run.status == 1 && run.errorLines.count == 1 && run.errors.contains(expected), "\(run)")
        }
        for arguments in [
            ["search", "a cat", "--store", store, "--index", "x"], ["index", "copy", "--to", "a", "--to", "b"],
            ["index", "copy", "--store", store, "--to", store, "--to", "folder"],
        ] { #expect(try Tool(arguments).finish().status == 2) }
    }

    @Test func `a trained model decides the order in databases as in a folder`() throws {
        let images = try Workshop.drawnScenes.get() + "/images"
        let model = ["--model", try Workshop.checkpoint.get(), "--regions", "descriptors"]
        let stores = try PostgresServer.newDatabases(2).flatMap { ["--store", $0] }
        let (folder, other) = (try Workshop.newFolder("trained") + "/index", try PostgresServer.newDatabases()[0])
        func found(_ place: [String]) throws -> String {
            let run = try Tool(["search", "--explain", "a red circle next to a blue star", "--top", "28"] + place)
                .finish()
            #expect(run.status == 0 && run.outputLines.count == 56, "\(run)")
            return run.output
        }
        #expect(try Tool(["index", images] + model + stores).finish().output.hasPrefix("28 pictures: 28 new"))
        #expect(try Tool(["index"] + stores).finish().output.hasPrefix("28 pictures: 0 new"))
        #expect(try Tool(["index", "status"] + stores).finish().output.contains("model     \(model[1])\n"))
        #expect(try Tool(["index", images, "--index", folder] + model).finish().status == 0)
        let expected = try found(["--index", folder])
        #expect(try found(stores) == expected)
        for arguments in [["--index", folder, "--to", other], stores + ["--to", folder + "-copy"]] {
            let copied = try Tool(["index", "copy"] + arguments).finish()
            #expect(copied.output.hasPrefix("28 pictures in 28 files copied from"), "\(copied)")
        }
        #expect(try found(["--store", other]) == expected)
        #expect(try found(["--index", folder + "-copy"]) == expected)
    }

    @Test func `a server answers from databases, which its settings name`() throws {
        let store = try PostgresServer.newDatabases()[0]
        #expect(try Tool.run("index", collection.images, "--store", store, "--encoder", encoder).status == 0)
        let server = try Tool(["serve", "--port", "0"], environment: ["ASCL_SERVE_STORE": store])
        #expect(try server.firstLine().hasPrefix("8 pictures at http://127.0.0.1:"))
        server.terminate()
        let ended = try server.finish()
        #expect(ended.status == 0 && !ended.errors.contains("secret"), "\(ended)")
    }
}
