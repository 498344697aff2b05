import Foundation
import Hummingbird
import Testing

@testable import SearchServer

/// What many clients, and slow ones, do to a server.
@Suite(.timeLimit(.minutes(5))) struct LoadTests {
    @Test func `of many clients at once each gets its answer or is told to come back`() async throws {
        func bound(_ settings: inout ServerSettings) { (settings.searches, settings.waitingSearches) = (1, 3) }
        let (clients, requests) = (64, 6)
        try await ServedPhotos().serve(bound) { server async throws in
            let statuses = try await server.listening { port async throws in
                return try await withThrowingTaskGroup(of: [Int].self) { group in
                    for number in 0..<clients {
                        group.addTask {
                            try await onThread {
                                let connection = try RawConnection(port: port)
                                return try (0..<requests).map { request in
                                    connection.send(
                                        "GET /api/search?all=1&q=number+\(number)+\(request) HTTP/1.1\r\n"
                                            + "Host: localhost\r\n\r\n")
                                    let answer = try connection.answer()
                                    #expect((answer.status == 503) == (answer.headers["retry-after"] != nil))
                                    return answer.status
                                }
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
            }
            let (good, told) = (statuses.count { $0 == 200 }, statuses.count { $0 == 503 })
            #expect(statuses.count == clients * requests && good + told == statuses.count && good > 0)
            // Whoever came got in: nothing was lost on the way, and nothing is left behind.
            let client = RouteClient(server)
            let figures = try await client.get("/metrics").text
            #expect(figures.contains("ascl_searches_total \(good)\n"))
            #expect(
                figures.contains(
                    "ascl_http_request_seconds_count{method=\"GET\",route=\"/api/search\"} \(clients * requests)\n")
            )
            #expect(try await client.get("/api/search?q=cat").status == .ok)
        }
    }

    @Test func `a request whose headers trickle in is cut`() async throws {
        try await ServedPhotos(["1"]).serve({ $0.idleSeconds = 0.3 }) { server async throws in
            try await server.listening { port async throws in
                try await onThread {
                    let connection = try RawConnection(port: port)
                    connection.send("GET /api/status HTTP/1.1\r\n")
                    // The server ends it, or this goes on for ever.
                    while connection.send("X-More: 1\r\n"), !connection.hasNews(20) {}
                    #expect(connection.receive().isEmpty)
                }
                try await onThread { try Self.expectLife(port) }
            }
        }
    }

    @Test(arguments: ["POST /api/search/picture", "GET /api/status", "POST /nowhere"])
    func `a request whose body trickles in is cut`(request: String) async throws {
        try await ServedPhotos(["1"]).serve({ $0.requestSeconds = 0.3 }) { server async throws in
            try await server.listening { port async throws in
                try await onThread {
                    let connection = try RawConnection(port: port)
                    connection.send("\(request) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n")
                    var isOpen = true
                    while isOpen, connection.send("x") {
                        if connection.hasNews(20) { isOpen = !connection.receive().isEmpty }
                    }
                }
                try await onThread { try Self.expectLife(port) }
            }
        }
    }

    @Test func `clients that go away in the middle leave the server as it was`() async throws {
        try await ServedPhotos(["1"]).serve { server async throws in
            try await server.listening { port async throws in
                try await onThread {
                    for text in [
                        "", "GET", "GET /api/status HTTP/1.1\r\nHost",
                        "GET /api/search?q=a HTTP/1.1\r\nHost: localhost\r\n\r\n",
                        "POST /api/search/picture HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nBM",
                        "\0\0\r\n\r\n",
                    ] {
                        for _ in 0..<20 { try RawConnection(port: port).send(text) }
                    }
                }
                try await onThread { try Self.expectLife(port) }
            }
        }
    }

    private static func expectLife(_ port: Int) throws {
        let connection = try RawConnection(port: port)
        connection.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(try connection.answer().status == 200)
    }
}
