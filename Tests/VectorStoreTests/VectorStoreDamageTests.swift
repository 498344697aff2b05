import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import VectorStore

@Suite struct VectorStoreDamageTests {
    private static let name = "000001.vectors"

    /// Two blocks in one segment, and where the first ends.
    private func twoBlocks() throws -> (folder: StoreFolder, bytes: [UInt8], end: Int) {
        let folder = try StoreFolder()
        let store = try folder.open()
        try store.append(ids: [1, 2, 3], vectors: clustered(3, 8))
        let end = try folder.bytes(Self.name).count
        try store.append(ids: [4, 5], vectors: clustered(2, 8, seed: 2))
        return (folder, try folder.bytes(Self.name), end)
    }

    @Test func `an append that was torn at any byte is cut off, and the writer says so`() throws {
        let (folder, bytes, end) = try twoBlocks()
        for length in end..<bytes.count {
            try folder.write(Self.name, bytes[..<length])
            #expect(try folder.open(.reading).count == 3)
            #expect(try folder.bytes(Self.name).count == length, "a reader changes nothing")
            let store = try folder.open()
            #expect(store.count == 3)
            #expect(store.repairs.count == (length > end ? 1 : 0))
            #expect(try folder.bytes(Self.name) == Array(bytes[..<end]))
        }
        let store = try folder.open()
        try store.append(ids: [4, 5], vectors: clustered(2, 8, seed: 2))
        #expect(try folder.bytes(Self.name) == bytes, "what is appended after is what would have been")
        #expect(store.repairs.isEmpty)
    }

    @Test func `a body without its header is an append that did not finish`() throws {
        let (folder, bytes, end) = try twoBlocks()
        var torn = bytes
        torn.replaceSubrange(end..<end + 128, with: repeatElement(0, count: 128))
        try folder.write(Self.name, torn)
        #expect(try folder.open(.reading).count == 3)
        let store = try folder.open()
        #expect(store.count == 3)
        #expect(
            store.repairs == [
                "\(folder.path)/\(Self.name): the last \(bytes.count - end) bytes were cut off: an append that did not finish, "
                    + "after block 1"
            ])
    }

    @Test func `any flipped bit is found on opening, by file and block`() throws {
        let (folder, bytes, end) = try twoBlocks()
        for place in bytes.indices {
            var flipped = bytes
            flipped[place] ^= 1 << UInt8(place % 8)
            try folder.write(Self.name, flipped)
            let where_ = place < 128 ? "header" : place < end ? "block 1" : "block 2"
            for mode in [VectorStore.Mode.reading, .writing] {
                let error = #expect(throws: InputError.self, "byte \(place)") { try folder.open(mode) }
                #expect(
                    error?.description.hasPrefix("\(folder.path)/\(Self.name): \(where_): ") == true, "byte \(place)")
            }
            #expect(try folder.bytes(Self.name) == flipped, "what is damaged is not cut off")
        }
    }

    @Test func `in segments that are full, vectors are held to their digest on verifying, all else on opening`() throws
    {
        let folder = try StoreFolder()
        do {
            let store = try folder.open(segmentSize: 1)
            for id in 1...3 { try store.append(ids: [Int64(id)], vectors: clustered(1, 8, seed: UInt64(id))) }
            try store.verify()
        }
        let name = "000002.vectors"
        let bytes = try folder.bytes(name)
        let layout = BlockLayout(rows: 1, dimension: 8)
        for place in bytes.indices {
            var flipped = bytes
            flipped[place] ^= 0x10
            try folder.write(name, flipped)
            let isVector = (128 + layout.codes.lowerBound..<128 + layout.ids.lowerBound).contains(place)
            let error = #expect(throws: InputError.self, "byte \(place)") {
                let store = try folder.open(.reading)
                #expect(isVector, "byte \(place)")
                try store.verify()
            }
            #expect(error?.path == "\(folder.path)/\(name)")
        }
        // Nobody appends to a full segment: that it is shorter than it was is damage.
        for length in [bytes.count - 1, 300, 130, 100, 0] {
            try folder.write(name, bytes[..<length])
            let error = #expect(throws: InputError.self) { try folder.open() }
            #expect(error?.path == "\(folder.path)/\(name)")
        }
    }

    @Test func `damaged marks and manifests are named`() throws {
        let (folder, _, _) = try twoBlocks()
        try folder.open().delete(ids: [2])
        for name in ["deleted.0", "store.json"] {
            let bytes = try folder.bytes(name)
            for length in bytes.indices.dropLast() {
                try folder.write(name, bytes[..<length])
                let error = #expect(throws: InputError.self, "\(name), \(length) bytes") { try folder.open(.reading) }
                #expect(error?.path == "\(folder.path)/\(name)")
            }
            try folder.write(name, bytes)
        }
        let marks = try folder.bytes("deleted.0")
        for place in marks.indices {
            var flipped = marks
            flipped[place] ^= 2
            try folder.write("deleted.0", flipped)
            #expect(throws: InputError.self, "byte \(place)") { try folder.open(.reading) }
        }
    }
}

@Suite struct MutatedStoreTests {
    @Test(arguments: ["000001.vectors", "deleted.0", "store.json"])
    func `a changed file is refused, or is as good as the one that was there`(_ name: String) throws {
        let folder = try StoreFolder()
        do {
            let store = try folder.open()
            try store.append(ids: [1, 2, 3], vectors: clustered(3, 8))
            try store.append(ids: [4, 5], vectors: clustered(2, 8, seed: 2))
            try store.delete(ids: [2])
        }
        let others = try folder.names.filter { $0 != name }
        let result = try Fuzz.outcomes(of: folder.bytes(name), name: name) { path in
            let place = URL(fileURLWithPath: path).deletingLastPathComponent().path
            for other in others { try Data(folder.bytes(other)).write(to: URL(fileURLWithPath: "\(place)/\(other)")) }
            let store = try VectorStore(folder: place, dimension: 8, fingerprint: "m1", mode: .reading)
            #expect(store.count <= 5)
            _ = try store.search(queries: [clustered(1, 8)], top: 5)
        }
        #expect(result.refused > 0)
    }
}
