import Foundation
import FoundationNetworking
import Hummingbird
import RetrievalFixtures
import Testing

@testable import SearchServer

@Suite struct ServerTests {
    @Test func `with a token nobody else is let in`() async throws {
        let token = "0123456789abcdef"
        let photos = try ServedPhotos(["1"])
        try await photos.ask({ $0.token = Token(" \(token)\n") }) { client async throws in
            func status(_ authorization: String?, _ address: String = "/api/status") async throws -> Int {
                try await client.get(address, authorization.map { [.authorization: $0] } ?? [:]).status.code
            }
            func password(_ text: String) -> String { "Basic " + Data("me:\(text)".utf8).base64EncodedString() }
            let addresses = [
                "/", "/page.js", "/metrics", "/api/status", "/api/search?q=a", "/api/pictures/1/original", "/x",
            ]
            for address in addresses {
                #expect(try await status(nil, address) == 401, "\(address)")
            }
            let guesses = [
                "Bearer ", "Bearer x", "Bearer \(token)0", token, "Basic !", password(""), password(token + ":"),
            ]
            for wrong in guesses {
                #expect(try await status(wrong) == 401, "\(wrong)")
            }
            for right in ["Bearer \(token)", "bearer \(token)", password(token)] {
                #expect(try await status(right) == 200, "\(right)")
            }
            #expect(try await status(nil, "/healthz") == 200)
            #expect(try await client.get("/").headers[.wwwAuthenticate]?.hasPrefix("Basic realm=") == true)
        }
        #expect(Token("0123456789abcde") == nil)
    }

    @Test func `without a token it goes by this machine's own names alone`() async throws {
        for own in ["localhost", "LOCALHOST:7070", "127.0.0.1:80", "127.1.2.3", "[::1]:7070"] {
            #expect(Doorkeeper.isOwn(own), "\(own)")
        }
        let others = [
            nil, "example.org", "localhost.example.org", "127.0.0.1.example.org:7070", "", "[::2]", "10.0.0.1",
        ]
        for other in others {
            #expect(!Doorkeeper.isOwn(other), "\(other ?? "none")")
        }
        try await ServedPhotos(["1"]).serve { server async throws in
            try await server.listening { port async throws in
                for (name, status) in [("localhost", 200), ("example.org", 421)] {
                    var request = URLRequest(
                        url: try #require(URL(string: "http://127.0.0.1:\(port)/api/status")))
                    request.setValue(name, forHTTPHeaderField: "Host")
                    let (_, response) = try await URLSession.shared.data(for: request)
                    #expect((response as? HTTPURLResponse)?.statusCode == status, "\(name)")
                }
            }
        }
    }

    @Test func `more searches than there is room for are told to come back`() async throws {
        func bound(_ settings: inout ServerSettings) { (settings.searches, settings.waitingSearches) = (1, 0) }
        try await ServedPhotos(["1"]).serve(bound) { server async throws in
            let (started, report) = AsyncStream<Void>.makeStream()
            let release = DispatchSemaphore(value: 0)
            let busy = Task {
                try await server.searches.run {
                    report.yield()
                    release.wait()
                }
            }
            defer { release.signal() }
            _ = await started.first { _ in true }
            let client = RouteClient(server)
            let answer = try await client.get("/api/search?q=cat")
            #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] == "1")
            #expect(try answer.problem.hasPrefix("too many searches at once"))
            // All else goes on.
            #expect(try await client.get("/api/status").status == .ok)
            release.signal()
            try await busy.value
            // The place is given back on the thread, a moment after the answer.
            var status = HTTPResponse.Status.serviceUnavailable
            while status == .serviceUnavailable { status = try await client.get("/api/search?q=cat").status }
            #expect(status == .ok)
        }
    }

    @Test func `an answer that takes too long is not waited for`() async throws {
        let queue = WorkQueue("test", atOnce: 1, waiting: 1, seconds: 0)
        let release = DispatchSemaphore(value: 0)
        let problem = await #expect(throws: RequestProblem.self) { try await queue.run { release.wait() } }
        #expect(problem?.message == RequestProblem.tooSlow.message)
        release.signal()
    }

    @Test func `an address that has other methods names them`() async throws {
        try await ServedPhotos(["1"]).ask { client async throws in
            for (method, address, allowed) in [
                (HTTPRequest.Method.delete, "/api/pictures/1", "GET, HEAD"), (.trace, "/", "GET, HEAD"),
                (.get, "/api/search/picture", "POST"), (.put, "/api/pictures/x/original", "GET, HEAD"),
            ] {
                let answer = try await client.send(method, address)
                #expect(answer.status == .methodNotAllowed && answer.headers[.allow] == allowed, "\(method) \(address)")
            }
            #expect(try await client.send(.put, "/api/pictures/1/other").status == .notFound)
        }
    }

    @Test func `figures count requests by route and status`() async throws {
        try await ServedPhotos().ask { client async throws in
            let addresses = ["search?q=a+cat", "search?q=a+dog", "search?q=", "pictures/7777", "nothing"]
            for address in addresses { _ = try await client.get("/api/\(address)") }
            let lines = try await client.get("/metrics").text.split(separator: "\n")
            for line in [
                "ascl_http_requests_total{method=\"GET\",route=\"/api/search\",status=\"200\"} 2",
                "ascl_http_requests_total{method=\"GET\",route=\"/api/search\",status=\"400\"} 1",
                "ascl_http_requests_total{method=\"GET\",route=\"/api/pictures/{id}\",status=\"404\"} 1",
                "ascl_http_requests_total{method=\"GET\",route=\"NotFound\",status=\"404\"} 1",
                "ascl_http_request_seconds_bucket{method=\"GET\",route=\"/api/search\",le=\"+Inf\"} 3",
                "ascl_http_request_seconds_count{method=\"GET\",route=\"/api/search\"} 3",
                "ascl_searches_total 2", "ascl_pictures 5", "ascl_pictures_findable 5", "ascl_files 5",
                "ascl_files_unusable 0", "# TYPE ascl_http_request_seconds histogram",
            ] { #expect(lines.contains(line[...]), "\(line)") }
        }
    }

    @Test func `the log has routes and numbers, and not what was looked for`() async throws {
        let log = LogLines()
        try await ServedPhotos(["1"]).ask(log: log) { client async throws in
            let answer = try await client.get("/api/search?q=something+private", [.requestID: "mine-1"])
            #expect(answer.headers[.requestID] == "mine-1")
            let other = try await client.get("/api/search?q=something+private", [.requestID: "a b\"c"])
            #expect(other.headers[.requestID].map { $0 != "a b\"c" && !$0.isEmpty } == true)
        }
        #expect(
            log.lines.contains { $0.contains("request=mine-1") && $0.contains("route=/api/search status=200") },
            "\(log.lines)")
        #expect(!log.lines.contains { $0.contains("private") || $0.contains("a b") })
    }

    @Test func `while the index is out of reach it says so, and goes on when it is back`() async throws {
        let log = LogLines()
        let photos = try ServedPhotos(["1"])
        let away = photos.folder.path + "/away"
        try await photos.ask(log: log) { client async throws in
            func moved(_ path: String, to place: String) throws {
                try FileManager.default.moveItem(atPath: path, toPath: place)
            }
            func expectAway() async throws {
                for address in ["/api/search?q=cat&all=1", "/api/status", "/api/pictures/1", "/metrics"] {
                    let answer = try await client.get(address)
                    #expect(answer.status == .serviceUnavailable && answer.headers[.retryAfter] != nil, "\(address)")
                    #expect(try answer.problem == RequestProblem.unavailable.message)
                }
                #expect(try await client.get("/healthz").status == .ok)
            }
            #expect(try await client.get("/api/search?q=cat&all=1").found.hits.count == 1)
            try moved(photos.index, to: away)
            try await expectAway()
            try moved(away, to: photos.index)
            #expect(try await client.get("/api/search?q=cat&all=1").found.hits.count == 1)
            // Another disk with the same on it.
            try FileManager.default.copyItem(atPath: photos.index, toPath: away)
            try FileManager.default.removeItem(atPath: photos.index)
            try await expectAway()
            try moved(away, to: photos.index)
            #expect(try await client.get("/api/search?q=cat&all=1").found.hits.count == 1)
            #expect(try await client.get("/api/status").status == .ok)
            // The vectors alone.
            try moved("\(photos.index)/model-1/vectors", to: away)
            #expect(try await client.get("/api/search?q=cat").status == .serviceUnavailable)
        }
        #expect(log.lines.contains { $0.hasPrefix("failed error=\(photos.index)/catalogue.sqlite: opening: ") })
        #expect(log.lines.contains { $0.hasPrefix("failed error=\(photos.index)/model-1/vectors") })
    }

    @Test func `the page and what it loads come from the program, and nothing else may load there`() async throws {
        try await ServedPhotos(["1"]).ask { client async throws in
            for (address, type) in [
                ("/", "text/html"), ("/page.js", "text/javascript"), ("/words.js", "text/javascript"),
                ("/page.css", "text/css"),
            ] {
                let file = try await client.get(address)
                #expect(file.status == .ok && file.headers[.contentType] == "\(type); charset=utf-8")
                #expect(
                    file.headers[.contentSecurityPolicy]?.hasPrefix("default-src 'none'; script-src 'self';") == true)
                let tag = try #require(file.headers[.eTag])
                #expect(try await client.get(address, [.ifNoneMatch: tag]).status == .notModified)
                let head = try await client.send(.head, address)
                #expect(head.status == .ok && head.headers[.contentLength] == "\(file.body.count)")
            }
        }
    }

    @Test func `the description has the server's routes and no others`() async throws {
        struct Description: Decodable { let paths: [String: [String: Operation]] }
        struct Operation: Decodable {}
        let (text, own) = try await ServedPhotos(["1"]).serve { server async throws in
            let text = try await RouteClient(server).get("/api/openapi.json").text
            return (text, server.router().routes.filter { $0.method != .head }.map { "\($0.method) \($0.path)" })
        }
        let description = try JSONDecoder().decode(Description.self, from: Data(text.utf8))
        let told = description.paths.flatMap { path, methods in methods.keys.map { "\($0.uppercased()) \(path)" } }
        #expect(told.sorted() == own.sorted())
    }
}
