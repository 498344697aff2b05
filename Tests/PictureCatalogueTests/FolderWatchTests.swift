import Foundation
import RetrievalFixtures
import Testing

@testable import PictureCatalogue

#if os(Linux)
@Suite(.timeLimit(.minutes(2))) struct FolderWatchTests {
    /// Waits for what is told after `change`.
    private func told(
        _ watch: FolderWatch, _ change: () throws -> Void
    ) throws -> Set<String> {
        try change()
        return try watch.changes { false }
    }

    @Test func `whatever changes in a folder or within is told`() throws {
        let (first, second) = (try Photos(1), try Photos(1))
        let files = FileManager.default
        let watch = try FolderWatch([first.images, second.images], quiet: 0.05)
        #expect(try told(watch) { try first.add("2.bmp", 2) } == [first.images])
        #expect(try told(watch) { try second.remove("1.bmp") } == [second.images])
        #expect(
            try told(watch) { try files.moveItem(atPath: first.images + "/2.bmp", toPath: second.images + "/2.bmp") }
                == [first.images, second.images])
        #expect(try told(watch) { try first.add("a/b/c.bmp", 3) } == [first.images])
        #expect(try told(watch) { try first.add("a/b/d.bmp", 4) } == [first.images])
        #expect(
            try told(watch) { try files.moveItem(atPath: first.images + "/a", toPath: first.images + "/e") } == [
                first.images
            ])
        #expect(try told(watch) { try first.add("e/b/f.bmp", 4) } == [first.images])
        #expect(try told(watch) { try first.write(Data("e\n".utf8), ".asclignore") } == [first.images])
        #expect(try told(watch) { try files.removeItem(atPath: first.images) } == [first.images])
        #expect(try told(watch) { try first.add("g.bmp", 5) } == [first.images], "a folder that is back")
    }

    @Test func `hidden files and what is cancelled are no news`() throws {
        let photos = try Photos(1)
        let watch = try FolderWatch([photos.images], quiet: 0.05)
        try photos.write(Data(), ".hidden")
        var asked = 0
        let told = try watch.changes {
            asked += 1
            return asked > 5
        }
        #expect(told.isEmpty)
    }

    @Test func `whatever is written piece by piece is told of once it is whole`() throws {
        let photos = try Photos(1)
        let watch = try FolderWatch([photos.images], quiet: 0.2)
        try photos.write(Data(), "large.bmp")
        let path = photos.images + "/large.bmp"
        let file = try #require(FileHandle(forWritingAtPath: path))
        Thread {
            for _ in 0..<20 {
                try? file.write(contentsOf: Data(repeating: 1, count: 1000))
                usleep(50_000)
            }
            try? file.close()
        }.start()
        var size: Int?
        // However slow the writer is: the last that is told is the whole.
        while size != 20_000 {
            #expect(try watch.changes { false } == [photos.images])
            size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        }
    }

    @Test func `where the system has lost count, everything is looked at`() throws {
        let (first, second) = (try Photos(1), try Photos(1))
        let watch = try FolderWatch([first.images, second.images], quiet: 0.05)
        let lost = FolderEvent(watch: -1, kind: UInt32(IN_Q_OVERFLOW), name: [])
        #expect(watch.take(lost) == [first.images, second.images])
        #expect(watch.take(FolderEvent(watch: 1, kind: UInt32(IN_MODIFY), name: Array("1.bmp".utf8))) == [])
        #expect(watch.take(FolderEvent(watch: 99, kind: UInt32(IN_CREATE), name: [])) == nil)
        #expect(try told(watch) { try second.add("2.bmp", 2) } == [second.images])
    }

    @Test func `what the system tells is read event by event`() {
        func event(_ watch: Int32, _ kind: Int, _ name: String, padding: Int) -> [UInt8] {
            let text = Array(name.utf8) + [UInt8](repeating: 0, count: padding)
            let words = [UInt32(bitPattern: watch), UInt32(kind), 0, UInt32(text.count)]
            return words.flatMap { word in (0..<4).map { UInt8(word >> (8 * $0) & 255) } } + text
        }
        let bytes =
            event(1, Int(IN_CREATE), "a.jpg", padding: 3) + event(-1, Int(IN_Q_OVERFLOW), "", padding: 0)
            + event(2, Int(IN_DELETE), ".b", padding: 6)
        let events = FolderEvent.all(bytes[...])
        #expect(events.map(\.watch) == [1, -1, 2])
        #expect(events.map(\.kind) == [UInt32(IN_CREATE), UInt32(IN_Q_OVERFLOW), UInt32(IN_DELETE)])
        #expect(events[0].name == Array("a.jpg".utf8) && events.map(\.isHidden) == [false, false, true])
    }
}
#endif
