import AsCLBase
import Foundation
import ModelWeights
import RetrievalFixtures
import Synchronization
import Testing

@Suite(.serialized) struct DownloadTests {
    let folder: ScratchFolder
    let file: Data
    /// Python's hashlib says so.
    let sha256 = "7746f603692a686cd64102485f55a005fd9521e026974d885676c0a486c0b2ae"
    /// No machine is so slow that an hour passes without a byte.
    let patience = DownloadPatience(stall: 3600, retries: 3, pause: 0)

    init() throws {
        folder = try ScratchFolder()
        // More than one piece of the network.
        file = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 * 31 + ($0 >> 8)) })
    }

    var entry: PublishedWeights { entry(sha256: String(sha256.prefix(8))) }
    var cache: WeightsCache { WeightsCache(folder: folder.path + "/cache") }
    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: cache.folder).sorted() }
    }

    func entry(sha256: String?) -> PublishedWeights {
        PublishedWeights(
            name: "tiny", summary: "tiny", architecture: "none", folder: nil, fileName: "tiny.pth", sha256: sha256,
            licence: "none")
    }

    @discardableResult func fetch(
        _ server: LoopbackServer, _ entry: PublishedWeights? = nil, patience: DownloadPatience? = nil,
        progress: @escaping @Sendable (Int, Int?) -> Void = { _, _ in }
    ) throws -> String {
        let catalogue = WeightsCatalogue(entries: [], mirror: server.address + "/models")
        return try cache.fetch(
            entry ?? self.entry, from: catalogue, patience: patience ?? self.patience, progress: progress)
    }

    func error(_ server: LoopbackServer, _ entry: PublishedWeights? = nil, patience: DownloadPatience? = nil) throws
        -> String
    {
        let line = try #require(throws: InputError.self) { try fetch(server, entry, patience: patience) }.description
        #expect(!line.contains { $0.isNewline })
        #expect(!cache.isThere(self.entry))
        return line
    }

    func expectTheFile() throws {
        #expect(try Data(contentsOf: URL(fileURLWithPath: cache.path(of: entry))) == file)
        #expect(try names == ["tiny.pth"])
    }

    @Test func `a whole file arrives once`() throws {
        let server = try LoopbackServer { [file] request, _ in .file(file, request) }
        let calls = Mutex<[(Int, Int?)]>([])
        #expect(!cache.isThere(entry))
        let path = try fetch(server) { done, total in calls.withLock { $0.append((done, total)) } }
        #expect(path == cache.folder + "/tiny.pth")
        try expectTheFile()
        #expect(cache.isThere(entry))
        #expect(server.requests.map(\.line) == ["GET /models/tiny.pth HTTP/1.1"])
        let done = calls.withLock { $0 }
        #expect(done.map(\.0) == done.map(\.0).sorted() && done.last?.0 == file.count)
        #expect(done.allSatisfy { $0.1 == file.count })
        // It is there: nobody is asked again.
        try fetch(server)
        #expect(server.requests.count == 1)
    }

    @Test func `a dropped connection is taken up where it ended`() throws {
        let server = try LoopbackServer { [file] request, number in
            .file(file, request, upTo: [100_000, 200_000, nil][number])
        }
        try fetch(server)
        try expectTheFile()
        #expect(server.requests.map(\.start) == [nil, 100_000, 200_000])
        #expect(server.requests[1].headers["if-range"] == "\"1\"")
    }

    @Test func `a later fetch continues an earlier one`() throws {
        let broken = try LoopbackServer { [file] request, _ in .file(file, request, upTo: 100_000) }
        let line = try error(broken, patience: DownloadPatience(stall: 3600, retries: 0, pause: 0))
        #expect(line.contains("after 100000 bytes: expected all 300000 bytes"), "\(line)")
        #expect(cache.unfinishedByteCount(entry) == 100_000)
        let server = try LoopbackServer { [file] request, _ in .file(file, request) }
        try fetch(server)
        try expectTheFile()
        #expect(server.requests.map(\.start) == [100_000])
    }

    @Test func `tries end after three retries`() throws {
        let server = try LoopbackServer { [file] request, _ in
            .file(file, request, upTo: request.start.map { $0 + 10 } ?? 10)
        }
        #expect(try error(server).contains("after 40 bytes"))
        #expect(server.requests.map(\.start) == [nil, 10, 20, 30])
    }

    @Test func `another version begins anew`() throws {
        let server = try LoopbackServer { [file] request, number in
            number == 0
                ? .file(Data(repeating: 7, count: 400_000), request, tag: "\"old\"", upTo: 150_000)
                : .file(file, request)
        }
        try fetch(server)
        try expectTheFile()
        #expect(server.requests[1].headers["if-range"] == "\"old\"")
    }

    @Test func `servers without ranges or versions begin anew`() throws {
        let server = try LoopbackServer { [file] request, number in
            .http("200 OK", number == 0 ? file.prefix(1000) : file, length: file.count, headers: ["ETag": "\"1\""])
        }
        try fetch(server)
        try expectTheFile()
        try FileManager.default.removeItem(atPath: cache.path(of: entry))
        let bare = try LoopbackServer { [file] _, number in
            .http("200 OK", number == 0 ? file.prefix(1000) : file, length: file.count)
        }
        try fetch(bare)
        try expectTheFile()
        #expect(bare.requests.map(\.start) == [nil, nil])
    }

    @Test func `a range that was not asked for begins anew`() throws {
        let server = try LoopbackServer { [file] request, number in
            switch number {
            case 0: .file(file, request, upTo: 1000)
            case 1: .http("206 Partial Content", file.dropFirst(5), headers: ["Content-Range": "bytes 5-299999/300000"])
            default: .file(file, request)
            }
        }
        try fetch(server)
        try expectTheFile()
        #expect(server.requests.map(\.start) == [nil, 1000, nil])
    }

    /// All bytes came, but the process was killed before the file got its name.
    @Test func `a complete partial file needs no more bytes`() throws {
        try FileManager.default.createDirectory(atPath: cache.folder, withIntermediateDirectories: true)
        try file.write(to: URL(fileURLWithPath: cache.path(of: entry) + ".partial"))
        try Data("\"1\"".utf8).write(to: URL(fileURLWithPath: cache.path(of: entry) + ".partial.etag"))
        let server = try LoopbackServer { [file] _, _ in
            .http("416 Range Not Satisfiable", headers: ["Content-Range": "bytes */\(file.count)"])
        }
        try fetch(server)
        try expectTheFile()
        #expect(server.requests.count == 1)
    }

    @Test func `wrong content is removed and both hashes are told`() throws {
        let server = try LoopbackServer { [file] request, _ in .file(Data(file.reversed()), request) }
        let line = try error(server)
        #expect(line.contains("SHA-256: expected \(sha256.prefix(8))..., found "), "\(line)")
        #expect(line.firstMatch(of: /found [0-9a-f]{64};/) != nil, "\(line)")
        #expect(try names.isEmpty)
        #expect(server.requests.count == 1)
        let whole = try LoopbackServer { [file] request, _ in .file(file, request) }
        #expect(try error(whole, entry(sha256: String(repeating: "0", count: 64))).contains(sha256))
        try fetch(whole, entry(sha256: sha256.uppercased()))
        try expectTheFile()
    }

    @Test func `lengths that lie are noticed`() throws {
        // Too short a promise cuts the file off, which its hash tells.
        let short = try LoopbackServer { [file] _, _ in .http("200 OK", file, length: 1000) }
        #expect(try error(short).contains("SHA-256: "))
        // Nobody has that much room: refused before the first byte.
        let huge = try LoopbackServer { [file] _, _ in .http("200 OK", file, length: 1 << 60) }
        let line = try error(huge)
        #expect(line.contains("disk: expected room for \(1 << 60) bytes"), "\(line)")
        #expect(huge.requests.count == 1)
    }

    @Test func `redirects are followed, but not for ever`() throws {
        let other = try LoopbackServer { [file] request, _ in .file(file, request) }
        let server = try LoopbackServer { [target = other.address] request, _ in
            request.line.contains("/models/")
                ? .http("302 Found", headers: ["Location": "/elsewhere"])
                : .http("302 Found", headers: ["Location": "\(target)/there"])
        }
        try fetch(server)
        try expectTheFile()
        #expect(other.requests.map(\.line) == ["GET /there HTTP/1.1"])
        try FileManager.default.removeItem(atPath: cache.path(of: entry))
        let loop = try LoopbackServer { _, _ in .http("302 Found", headers: ["Location": "/again"]) }
        #expect(try error(loop).contains("redirects: expected at most 10"))
        #expect(loop.requests.count <= 12)
        let file = try LoopbackServer { _, _ in .http("302 Found", headers: ["Location": "file:///etc/passwd"]) }
        _ = try error(file)
        #expect(try names.isEmpty)
    }

    @Test func `other answers are told as they are`() throws {
        let missing = try LoopbackServer { _, _ in .http("404 Not Found", Data("gone".utf8)) }
        #expect(try error(missing) == "\(missing.address)/models/tiny.pth: answer: expected HTTP status 200, found 404")
        #expect(missing.requests.count == 1)
        let page = try LoopbackServer { _, _ in
            .http("200 OK", Data("<html>".utf8), headers: ["Content-Type": "text/html; charset=utf-8"])
        }
        #expect(try error(page).contains("found a page of HTML"))
        let silent = try LoopbackServer { _, _ in .bytes(Data()) }
        #expect(try error(silent).contains("after 0 bytes"))
        #expect(silent.requests.count >= 4)
        let noise = try LoopbackServer { _, _ in .bytes(Data("no HTTP\r\n\r\n".utf8)) }
        _ = try error(noise)
        #expect(try names.isEmpty)
    }

    /// A login page in between does not cost what is there already.
    @Test func `errors keep what is there`() throws {
        let server = try LoopbackServer { [file] request, number in
            switch number {
            case 0: .file(file, request, upTo: 100_000)
            case 1: .http("200 OK", Data("<html>".utf8), headers: ["Content-Type": "text/html"])
            default: .file(file, request)
            }
        }
        #expect(try error(server).contains("HTML"))
        #expect(cache.unfinishedByteCount(entry) == 100_000)
        try fetch(server)
        try expectTheFile()
        #expect(server.requests.map(\.start) == [nil, 100_000, 100_000])
    }

    @Test func `a stalled connection is taken up again`() throws {
        let server = try LoopbackServer { [file] request, number in
            number == 0
                ? .http("200 OK", file.prefix(5000), length: file.count, headers: ["ETag": "\"1\""], stalls: true)
                : .file(file, request)
        }
        // A slow machine may be taken for a stall, which costs it a try and no more.
        try fetch(server, patience: DownloadPatience(stall: 0.2, retries: 1_000_000, pause: 0))
        try expectTheFile()
        let dead = try LoopbackServer { _, _ in .stalling(Data()) }
        try FileManager.default.removeItem(atPath: cache.path(of: entry))
        let line = try error(dead, patience: DownloadPatience(stall: 0.2, retries: 0, pause: 0))
        #expect(line.contains("after 0 bytes: expected more bytes, found none for 0.2 seconds"), "\(line)")
    }

    @Test func `several at once fetch a file once`() throws {
        let server = try LoopbackServer { [file] request, _ in .file(file, request) }
        let catalogue = WeightsCatalogue(entries: [], mirror: server.address)
        let paths = Mutex<[String]>([])
        let fetchers = DispatchGroup()
        for _ in 0..<4 {
            fetchers.enter()
            Thread.detachNewThread { [cache, entry, patience] in
                let path = try? cache.fetch(entry, from: catalogue, patience: patience)
                paths.withLock { $0.append(path ?? "failed") }
                fetchers.leave()
            }
        }
        fetchers.wait()
        #expect(paths.withLock { $0 } == [String](repeating: cache.path(of: entry), count: 4))
        #expect(server.requests.count == 1)
        try expectTheFile()
    }

    @Test func `only web addresses are taken`() throws {
        for mirror in ["file:///etc", "ftp://127.0.0.1", "nothing", "http:"] {
            let catalogue = WeightsCatalogue(entries: [], mirror: mirror)
            let line = try #require(throws: InputError.self) { try cache.fetch(entry, from: catalogue) }.description
            #expect(line.contains("expected http:// or https:// and a host"), "\(line)")
        }
        #expect(try names.isEmpty)
    }

    @Test func `a dead server and a bad folder are told`() throws {
        let catalogue = WeightsCatalogue(entries: [], mirror: "http://127.0.0.1:1")
        let line = try #require(throws: InputError.self) {
            try cache.fetch(entry, from: catalogue, patience: DownloadPatience(stall: 3600, retries: 0, pause: 0))
        }.description
        #expect(line.hasPrefix("http://127.0.0.1:1/tiny.pth: after 0 bytes"))
        try folder.write("a file", to: "blocked")
        #expect(throws: InputError.self) {
            try WeightsCache(folder: folder.path + "/blocked").fetch(entry, from: catalogue)
        }
    }
}
