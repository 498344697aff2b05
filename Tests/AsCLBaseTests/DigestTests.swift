import Foundation
import RetrievalFixtures
import Testing

@testable import AsCLBase

@Suite struct DigestTests {
    private func digest(_ values: [Float]) -> String {
        var digest = Digest()
        values.withUnsafeBytes { digest.add($0) }
        return digest.description
    }

    @Test func `no change of values cancels another`() {
        let values: [Float] = [0.5, 1.5, -2, 3.25, 7, 1]
        // The signs of two odd places, an exchange, a value between two.
        for other in [[0.5, -1.5, -2, -3.25, 7, 1], [1.5, 0.5, -2, 3.25, 7, 1], [0.5, 1.5, -2, 3.25, 7, 1.000_001]] {
            #expect(digest(other.map { Float($0) }) != digest(values))
        }
        #expect(digest(values) == digest(values))
    }

    @Test func `where one part ends and the next begins counts`() {
        var (first, second) = (Digest(), Digest())
        first.add("ab")
        first.add("c")
        second.add("a")
        second.add("bc")
        #expect(first.description != second.description)
    }

    @Test func `a file is read again only when something of it has changed, and then always`() throws {
        let scratch = try ScratchFolder()
        let (file, cache) = (try scratch.file("features.npy", [1, 2, 3, 4]), scratch.path + "/digests.json")
        func digest() throws -> String {
            var digests = FileDigests(cache: cache)
            digests.now = { .now.addingTimeInterval(60) }
            return try digests.digest(ofFile: file)
        }
        let first = try digest()
        let kept = try scratch.data("digests.json")
        #expect(try digest() == first)
        // That it was not read: what the cache says is believed.
        let told = String(decoding: kept, as: UTF8.self).replacing(first, with: String(repeating: "0", count: 64))
        try scratch.write(told, to: "digests.json")
        #expect(try digest() == String(repeating: "0", count: 64))
        // As long, and written at the same time as before, as far as the file tells.
        let times = try FileManager.default.attributesOfItem(atPath: file)[.modificationDate]
        _ = try scratch.file("features.npy", [1, 2, 3, 5])
        if let times { try FileManager.default.setAttributes([.modificationDate: times], ofItemAtPath: file) }
        let changed = try digest()
        #expect(changed != first && changed.count == 64)
    }

    @Test func `a file written just now is not taken to stay`() throws {
        let scratch = try ScratchFolder()
        var digests = FileDigests(cache: scratch.path + "/digests.json")
        _ = try digests.digest(ofFile: scratch.file("features.npy", [1]))
        #expect(try scratch.names == ["features.npy"])
    }

    @Test func `a missing file is named`() {
        var digests = FileDigests()
        let error = #expect(throws: InputError.self) { try digests.digest(ofFile: "/nowhere/x.npy") }
        #expect(error?.path == "/nowhere/x.npy" && error?.systemCode == ENOENT)
    }
}
