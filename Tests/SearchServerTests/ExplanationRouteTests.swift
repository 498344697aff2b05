import Foundation
import Hummingbird
import RetrievalFixtures
import Testing

@testable import SearchServer

@Suite struct ExplanationRouteTests {
    private struct Explained: Decodable {
        struct Word: Decodable {
            let text: String
            let start, end: Int
            let match: Double
            let shares: [Double]
        }
        struct Region: Decodable { let box: [Double] }
        let sentence: String
        let score: Double
        let words: [Word]
        let regions: [Region]
    }

    @Test func `the words of a sentence are told with what they found in a picture`() async throws {
        let photos = try ServedPhotos(isTrained: true)
        let number = try photos.number("2.bmp")
        try await photos.ask { client async throws in
            #expect(try await client.get("/api/status").text.contains("\"explains\":true"))
            let answer = try await client.get("/api/pictures/\(number)/explanation?q=a+red%20cat")
            #expect(answer.status == .ok && answer.headers[.contentType]?.hasPrefix("application/json") == true)
            let told = try JSONDecoder().decode(Explained.self, from: answer.body)
            #expect(told.sentence == "a red cat" && told.words.map(\.text) == ["a", "red", "cat"])
            #expect(told.words.map(\.start) == [0, 2, 6] && told.words.map(\.end) == [1, 5, 9])
            #expect(told.words.allSatisfy { abs($0.shares.reduce(0, +) - $0.match) < 1e-5 })
            #expect(told.regions.count == 36 && told.regions.allSatisfy { $0.box.count == 4 })
            let hit = try await client.get("/api/search?q=a+red+cat").found.hits.first { $0.picture.id == number }
            #expect(abs((hit?.score ?? 9) - told.score) < 1e-3, "the score is the search's")
        }
    }

    @Test func `requests that cannot be answered are told why`() async throws {
        let photos = try ServedPhotos(["1"], isTrained: true)
        let number = try photos.number("1.bmp")
        try await photos.ask({ $0.sentenceLength = 20 }) { client async throws in
            for (query, problem) in [
                ("", "q: expected a sentence, found \"nothing\""),
                ("?q=+", "q: expected a sentence, found \"nothing\""),
                ("?q=a&q=b", "q: expected one value"), ("?x=1", "query: expected q"),
                ("?q=" + String(repeating: "a", count: 21), "q: expected at most 20 characters"),
            ] {
                let answer = try await client.get("/api/pictures/\(number)/explanation\(query)")
                #expect(answer.status == .badRequest, "\(query)")
                let told = try answer.problem
                #expect(told.contains(problem), "\(query): \(told)")
            }
            for other in ["99", "0", "x", "-1"] {
                let answer = try await client.get("/api/pictures/\(other)/explanation?q=a")
                #expect(try answer.status == .notFound && answer.problem.contains("number of a picture"), "\(other)")
            }
        }
    }

    @Test func `a model that does not match words with regions says so`() async throws {
        let photos = try ServedPhotos(["1"])
        let number = try photos.number("1.bmp")
        try await photos.ask { client async throws in
            #expect(try await client.get("/api/status").text.contains("\"explains\":false"))
            let answer = try await client.get("/api/pictures/\(number)/explanation?q=a")
            #expect(try answer.status == .notFound && answer.problem.contains("does not match words with regions"))
        }
    }
}
