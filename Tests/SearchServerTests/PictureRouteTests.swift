import Foundation
import Hummingbird
import RetrievalFixtures
import Testing

@testable import SearchServer

@Suite struct PictureRouteTests {
    @Test func `facts and file of a picture are given out by its number`() async throws {
        let photos = try ServedPhotos()
        let number = try photos.number("2.bmp")
        let path = "\(photos.images)/2.bmp"
        try await photos.ask { client async throws in
            let facts = try await client.get("/api/pictures/\(number)")
            #expect(facts.text.contains("\"copies\":0") && facts.text.contains("\"path\":\"\(path)\""))
            let file = try await client.get("/api/pictures/\(number)/original")
            #expect(file.body == ServedPhotos.bitmap(2))
            #expect(file.headers[.contentType] == "image/bmp")
            #expect(file.headers[.contentSecurityPolicy] == "default-src 'none'; sandbox")
            #expect(file.headers[.xContentTypeOptions] == "nosniff")
            let tag = try #require(file.headers[.eTag])
            let again = try await client.get("/api/pictures/\(number)/original", [.ifNoneMatch: tag])
            #expect(again.status == .notModified && again.body.isEmpty)
            #expect(try await client.get("/api/pictures/\(number)/original", [.ifNoneMatch: "\"x\""]).status == .ok)
        }
    }

    @Test func `a small copy is made once and kept in the index`() async throws {
        let photos = try ServedPhotos()
        let number = try photos.number("2.bmp")
        let index = photos.index
        try await photos.ask { client async throws in
            let address = "/api/pictures/\(number)/thumbnail?side=320"
            let made = try await client.get(address)
            #expect(
                made.headers[.contentType] == "image/jpeg" && made.body.starts(with: [0xFF, 0xD8]))
            let tag = try #require(made.headers[.eTag])
            let kept = "\(index)/thumbnails/\(tag.dropFirst().prefix(2))/\(tag.dropFirst().dropLast()).jpg"
            #expect(try Data(contentsOf: URL(fileURLWithPath: kept)) == made.body)
            try Data("kept".utf8).write(to: URL(fileURLWithPath: kept))
            #expect(try await client.get(address).text == "kept")
            let again = try await client.get(address, [.ifNoneMatch: "\"other\", \(tag)"])
            #expect(again.status == .notModified)
            for side in ["321", "0", "-1", "x", ""] {
                let other = try await client.get("/api/pictures/\(number)/thumbnail?side=\(side)")
                #expect(other.status == .badRequest, "\(side)")
            }
        }
    }

    @Test func `no address leads out of the index`() async throws {
        let photos = try ServedPhotos()
        try photos.folder.write("a secret", to: "secret.txt")
        let path = "\(photos.folder.path)/secret.txt"
        let ways = [
            "..", "../..", "../../..", "../../../secret.txt", path, "/etc/passwd", "file:///etc/passwd", "0", "-1",
            "01",
            "1e0",
        ]
        let written = ways.flatMap { way -> [String] in
            let once = way.replacing("%", with: "%25").replacing(".", with: "%2e").replacing("/", with: "%2f")
            return [
                way, once, once.replacing("%", with: "%25"), way.replacing("/", with: "%5c"),
                way.replacing("/", with: "%c0%af"), way + "%00.bmp",
            ]
        }
        try await photos.ask { client async throws in
            for id in written {
                for form in ["/api/pictures/*", "/api/pictures/*/original", "/api/pictures/*/thumbnail", "/*"] {
                    let address = form.replacing("*", with: id)
                    let answer = try await client.get(address)
                    #expect(answer.status == .notFound, "\(address)")
                    #expect(!answer.text.contains("a secret") && !answer.text.contains("root:"), "\(address)")
                }
            }
        }
    }

    @Test func `a file that is not what was indexed is not given out`() async throws {
        let photos = try ServedPhotos()
        try photos.folder.write("a secret", to: "secret.txt")
        let numbers = try ["1.bmp", "2.bmp", "3.bmp"].map(photos.number)
        try FileManager.default.removeItem(atPath: "\(photos.images)/1.bmp")
        try FileManager.default.removeItem(atPath: "\(photos.images)/2.bmp")
        try FileManager.default.createSymbolicLink(
            atPath: "\(photos.images)/2.bmp", withDestinationPath: "\(photos.folder.path)/secret.txt")
        // As long and as old as the picture was.
        try photos.put(Data("<script>".utf8) + ServedPhotos.bitmap(3).dropFirst(8), "3.bmp")
        try await photos.ask { client async throws in
            for (number, status) in zip(numbers, [HTTPResponse.Status.notFound, .notFound, .unsupportedMediaType]) {
                for what in ["original", "thumbnail"] {
                    let answer = try await client.get("/api/pictures/\(number)/\(what)")
                    #expect(answer.status == status, "\(number) \(what)")
                    #expect(answer.headers[.contentType] == "application/json; charset=utf-8")
                }
            }
        }
    }

    @Test func `a copy stands in for a file that is gone`() async throws {
        let photos = try ServedPhotos(["a", "b"], copies: ["z": 1])
        let number = try photos.number("a.bmp")
        try await photos.ask { client async throws in
            try FileManager.default.removeItem(atPath: "\(photos.images)/a.bmp")
            #expect(try await client.get("/api/pictures/\(number)/original").status == .ok)
            try FileManager.default.removeItem(atPath: "\(photos.images)/z.bmp")
            #expect(try await client.get("/api/pictures/\(number)/original").status == .notFound)
        }
    }

    @Test func `a hostile name stays within its header`() async throws {
        let name = "a\"; x=\u{E9}, \u{1F600}"
        let photos = try ServedPhotos([name])
        let number = try photos.number("\(name).bmp")
        try await photos.ask { client async throws in
            let value = try await client.get("/api/pictures/\(number)/original").headers[.contentDisposition]
            #expect(
                value == "inline; filename=\"a___x_____.bmp\"; filename*=UTF-8''"
                    + "a%22%3B%20x%3D%C3%A9%2C%20%F0%9F%98%80%2Ebmp")
        }
    }

    @Test func `the sentences that fit a picture, by its number or its file`() async throws {
        let photos = try ServedPhotos()
        let number = try photos.number("2.bmp")
        try photos.caption()
        try await photos.ask { client async throws in
            let sent = try await client.post("/api/search/picture/captions", ServedPhotos.bitmap(2))
            let known = try await client.get("/api/pictures/\(number)/captions")
            for answer in [sent, known] {
                let own = answer.text.components(separatedBy: "{").filter { $0.contains("\"isOwn\":true") }
                #expect(own.count == 1 && own[0].contains("\"text\":\"cat 2\""))
                #expect(answer.text.contains("\"searchedCount\":4"))
            }
            let one = try await client.get("/api/pictures/\(number)/captions?count=1")
            #expect(one.text.components(separatedBy: "isOwn").count == 2)
            for address in ["/api/pictures/99/captions", "/api/pictures/x/captions"] {
                #expect(try await client.get(address).status == .notFound, "\(address)")
            }
            #expect(try await client.get("/api/pictures/\(number)/captions?count=0").status == .badRequest)
            let none = try await client.post("/api/search/picture/captions", Data("no picture".utf8))
            #expect(none.status == .badRequest)
            #expect(try await client.get("/api/status").text.contains("\"captions\":4"))
        }
    }

    @Test func `an index without captions has no sentences`() async throws {
        let photos = try ServedPhotos()
        let number = try photos.number("2.bmp")
        try await photos.ask { client async throws in
            let answer = try await client.get("/api/pictures/\(number)/captions")
            #expect(answer.status == .ok && answer.text == "{\"hits\":[],\"searchedCount\":0}")
        }
    }
}
