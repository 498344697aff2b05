import AsCLBase
import Foundation
import Testing

@testable import VectorStore

/// Stores of which a part is damaged: what is whole is found, and what is not can be put in again.
@Suite struct VectorStoreMendingTests {
    /// Three segments of one vector each; the second id is deleted and the fourth replaced.
    private func segments() throws -> StoreFolder {
        let folder = try StoreFolder()
        let store = try folder.open(segmentSize: 1)
        for id in 1...4 { try store.append(ids: [Int64(id)], vectors: clustered(1, 8, seed: UInt64(id))) }
        try store.delete(ids: [2])
        return folder
    }

    private func flip(_ folder: StoreFolder, _ name: String, _ place: Int) throws {
        var bytes = try folder.bytes(name)
        bytes[place] ^= 1
        try folder.write(name, bytes)
    }

    @Test func `a reader goes on without damaged headers, ids and files`() throws {
        for (name, place) in [("000003.vectors", 3), ("000003.vectors", 200), ("000004.vectors", 300)] {
            let folder = try segments()
            try flip(folder, name, place)
            #expect(throws: InputError.self) { try folder.open(.reading) }
            let store = try folder.open(.readingWhole)
            let lost: Int64 = name == "000003.vectors" ? 3 : 4
            // Marks are by rows, which nobody can count any more.
            #expect(store.ids == Set([1, 2, 3, 4]).subtracting([lost]), "\(name) \(place)")
            #expect(store.damage.count == 1 && store.damage[0].hasPrefix("\(folder.path)/\(name): "), "\(store.damage)")
            try store.refresh()
            #expect(store.count == 3)
            #expect(try store.search(queries: [clustered(1, 8, seed: 1)], top: 1)[0].first?.id == 1)
        }
    }

    @Test func `vectors that are damaged are left out once somebody has looked`() throws {
        let folder = try segments()
        try flip(folder, "000001.vectors", 128 + BlockLayout(rows: 1, dimension: 8).halves.lowerBound)
        let store = try folder.open(.readingWhole)
        #expect(store.ids == [1, 3, 4] && store.damage.isEmpty)
        try store.leaveOutDamage()
        #expect(store.ids == [2, 3, 4])
        #expect(store.damage[0].hasPrefix("\(folder.path)/000001.vectors: block 1: damaged: "))
        try store.refresh()
        #expect(store.ids == [2, 3, 4])
    }

    @Test func `what is damaged is taken out, named, and put in again`() throws {
        for (name, place) in [
            ("000001.vectors", 128 + BlockLayout(rows: 1, dimension: 8).halves.lowerBound), ("000003.vectors", 5),
            ("000004.vectors", 250), ("deleted.0", 30), ("store.json", 0),
        ] {
            let folder = try segments()
            let reader = try folder.open(.readingWhole)
            try flip(folder, name, place)
            let lines = try VectorStore.removeDamage(folder: folder.path, dimension: 8, fingerprint: "m1")
            #expect(lines.count == 1 && lines[0].hasPrefix("\(folder.path)/\(name): "), "\(lines)")
            let store = try folder.open()
            let missing = Set<Int64>([1, 3, 4]).subtracting(store.ids).sorted()
            #expect(missing.count <= (name == "store.json" ? 3 : 1), "\(name): \(missing)")
            try store.delete(ids: [2])
            for id in missing { try store.append(ids: [id], vectors: clustered(1, 8, seed: UInt64(id))) }
            try store.verify()
            try reader.refresh()
            #expect(reader.ids == [1, 3, 4] && reader.damage.isEmpty, "\(name)")
            for id in [Int64(1), 3, 4] {
                #expect(try reader.search(queries: [clustered(1, 8, seed: UInt64(id))], top: 1)[0].first?.id == id)
            }
        }
    }

    @Test func `nothing is taken out of a store that is whole, or is another's`() throws {
        let folder = try segments()
        let before = try folder.names.map { ($0, try folder.bytes($0)) }
        #expect(try VectorStore.removeDamage(folder: folder.path, dimension: 8, fingerprint: "m1").isEmpty)
        #expect(throws: InputError.self) {
            try VectorStore.removeDamage(folder: folder.path, dimension: 8, fingerprint: "m2")
        }
        for (name, bytes) in before { #expect(try folder.bytes(name) == bytes) }
        #expect(try VectorStore.removeDamage(folder: folder.path + "/none", dimension: 8, fingerprint: "m1").isEmpty)
    }
}
