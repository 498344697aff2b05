import Foundation
import Hummingbird
import RetrievalFixtures
import Synchronization
import Testing

@testable import SearchServer

@Suite struct SearchRouteTests {
    @Test func `pages of a search are together the whole`() async throws {
        try await ServedPhotos().ask { client async throws in
            let whole = try await client.get("/api/search?q=a+cat&all=1").found
            #expect(Set(whole.names) == ["1.bmp", "2.bmp", "3.bmp", "4.bmp", "5.bmp"])
            #expect(whole.searchedCount == 5 && whole.hits.allSatisfy { $0.relevance != nil })
            #expect(whole.hits.map(\.score) == whole.hits.map(\.score).sorted(by: >))
            var pages: [String] = []
            for offset in [0, 2, 4, 6] {
                pages += try await client.get("/api/search?q=a%20cat&all=1&count=2&offset=\(offset)").found.names
            }
            #expect(pages == whole.names)
        }
    }

    @Test func `what hardly answers is left out unless it is asked for`() async throws {
        try await ServedPhotos().ask { client async throws in
            let answer = try await client.get("/api/search?q=a+cat").found
            #expect(answer.hits.isEmpty && answer.count == 0 && answer.searchedCount == 5)
        }
    }

    @Test func `a picture of the index finds itself first, and so does its file`() async throws {
        let photos = try ServedPhotos()
        let number = try photos.number("3.bmp")
        let bytes = ServedPhotos.bitmap(3)
        try await photos.ask { client async throws in
            let alike = try await client.get("/api/search?like=\(number)").found
            #expect(alike.names.first == "3.bmp" && alike.hits.count == 5 && alike.hits[0].relevance == nil)
            let sent = try await client.post("/api/search/picture?count=1", bytes)
            #expect(try sent.found.names == ["3.bmp"])
        }
    }

    @Test func `filters are obeyed`() async throws {
        let photos = try ServedPhotos()
        let sub = try #require("\(photos.images)/sub".addingPercentEncoding(withAllowedCharacters: .alphanumerics))
        try await photos.ask { client async throws in
            #expect(try await client.get("/api/search?q=cat&all=1&in=\(sub)").found.names == ["5.bmp"])
            #expect(try await client.get("/api/search?q=cat&all=1&sort=time").found.hits.count == 5)
            // No camera says when: the files are of 2001.
            #expect(
                try await client.get("/api/search?q=cat&all=1&after=2001-09&before=2001-09-10&size=8").found.hits.count
                    == 5)
            for none in ["after=2019", "before=2001-08", "camera=X", "orientation=portrait", "size=9"] {
                #expect(try await client.get("/api/search?q=cat&all=1&\(none)").found.searchedCount == 0, "\(none)")
            }
        }
    }

    @Test(arguments: [
        ("", "q: expected a sentence"), ("q=", "q: expected a sentence"), ("q=%20+", "q: expected a sentence"),
        ("minus=a+cat", "q: expected a sentence"), ("q=%FF%FE", "query: expected UTF-8 text"),
        ("q=a%00b", "query: expected UTF-8 text"), ("q=cat&page=2", "expected after, all, before"),
        ("q=cat&count=0", "count: expected a number from 1 to 200, found \"0\""),
        ("q=cat&count=201", "count: expected a number from 1 to 200"), ("q=cat&offset=-1", "offset: expected"),
        ("q=cat&count=3&count=4", "count: expected one value"), ("q=cat&sort=size", "one of relevance, time"),
        ("q=cat&orientation=round", "one of landscape, portrait, square"), ("q=cat&all=yes", "one of 1, 0"),
        ("q=cat&exhaustive=2", "exhaustive: expected one of 1, 0"),
        ("q=cat&after=June", "after: expected 2019"), ("q=cat&in=images", "in: expected a folder's whole path"),
        ("like=0", "like: expected the number"), ("like=x", "like: expected the number"),
        ("q=cat&after=", "after: expected 2019"), ("q=cat&all=", "one of 1, 0"),
        ("q=cat&size=-1", "size: expected a number"),
        ("like=999", "expected the number of a picture of the index, found 999"),
        (String(repeating: "q=cat&", count: 17), "at most 16 sentences and pictures"),
        ("q=" + String(repeating: "a", count: 2001), "at most 2000 characters"),
        ("q=" + String(repeating: "a", count: 10240), "at most 2000 characters"),
    ])
    func `what cannot be asked is told in a line`(query: String, line: String) async throws {
        try await ServedPhotos(["1"]).ask { client async throws in
            let answer = try await client.get("/api/search?\(query)")
            #expect(answer.status == .badRequest)
            #expect(try answer.problem.contains(line))
            #expect(!answer.text.contains("\n"))
        }
    }

    @Test func `a sentence of the most characters is searched for, and that it is cut is told`() async throws {
        try await ServedPhotos(["1"]).ask { client async throws in
            let answer = try await client.get("/api/search?all=1&q=" + String(repeating: "a", count: 2000))
            #expect(answer.status == .ok)
            #expect(try answer.found.notes.count == 1)
        }
    }

    @Test func `what is sent and is no picture is refused`() async throws {
        try await ServedPhotos(["1"]).ask({ $0.pictureBytes = 1000 }) { client async throws in
            func send(_ text: String) async throws -> RouteClient.Answer {
                try await client.post("/api/search/picture", Data(text.utf8))
            }
            let text = try await send("no picture")
            #expect(text.status == .badRequest)
            #expect(try text.problem.contains("the picture: file: expected a picture"))
            #expect(try await send("").status == .badRequest)
            let large = try await send(String(repeating: "x", count: 1001))
            #expect(large.status == .contentTooLarge)
            #expect(try large.problem == "picture: expected at most 1000 bytes, found more")
        }
    }

    @Test func `a body of unknown length is read no further than is allowed`() async throws {
        try await ServedPhotos(["1"]).serve({ $0.pictureBytes = 1000 }) { server async throws in
            let count = Atomic(0)
            let parts = AsyncStream<ByteBuffer>(unfolding: {
                count.add(1, ordering: .relaxed)
                return ByteBuffer(repeating: 7, count: 300)
            })
            let request = Request(
                head: .init(method: .post, scheme: "http", authority: "localhost", path: "/api/search/picture"),
                body: RequestBody(asyncSequence: parts))
            await #expect(throws: RequestProblem.self) { try await server.picture(of: request) }
            #expect(count.load(ordering: .relaxed) == 4)
        }
    }
}
