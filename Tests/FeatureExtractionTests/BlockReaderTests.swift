import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import FeatureExtraction

/// Features that are read while another writes them.
@Suite struct BlockReaderTests {
    private let folder: ScratchFolder
    private let store: BlockStore

    init() throws {
        folder = try ScratchFolder()
        store = try BlockStore(folder: folder.path, recordSize: 2, picturesPerBlock: 4) { data, path in
            try AtomicFile.write(data, to: path)
        }
    }

    private func digest(_ number: UInt8) -> ContentDigest { ContentDigest(of: "picture \(number)") }

    private func write(_ numbers: Range<UInt8>) throws {
        try store.append(numbers.map { (digest($0), [$0, 100 + $0]) })
    }

    private func read(_ reader: BlockReader, _ numbers: [UInt8]) throws -> [[UInt8]?] {
        try reader.records(of: numbers.map(digest)).map { $0?.withBytes(Array.init) }
    }

    @Test func `blocks are seen as they come and go`() throws {
        let reader = try BlockReader(folder: folder.path + "/none yet", recordSize: 2)
        #expect(try read(reader, [1]) == [nil])
        let own = try BlockReader(folder: folder.path, recordSize: 2)
        try write(1..<5)
        #expect(try read(own, [4, 9, 1]) == [[4, 104], nil, [1, 101]])
        try write(5..<9)
        let held = try #require(try own.records(of: [digest(2)])[0])
        #expect(try read(own, [8]) == [[8, 108]])
        // Both blocks go into a new one.
        try store.compact(keeping: [digest(2), digest(7)])
        #expect(try folder.names == ["000003.block"])
        #expect(held.withBytes(Array.init) == [2, 102])
        try write(9..<10)
        #expect(try read(own, [9, 2, 7, 1]) == [[9, 109], [2, 102], [7, 107], nil])
    }

    @Test func `a block that is not whole is none, and stays where it is`() throws {
        try write(1..<3)
        try write(3..<5)
        try FileHandle(forWritingTo: URL(fileURLWithPath: folder.path + "/000002.block")).truncate(atOffset: 70)
        try folder.write("half", to: "000003.block.partial")
        let reader = try BlockReader(folder: folder.path, recordSize: 2)
        #expect(try read(reader, [1, 3]) == [[1, 101], nil])
        #expect(try folder.names == ["000001.block", "000002.block", "000003.block.partial"])
    }
}
