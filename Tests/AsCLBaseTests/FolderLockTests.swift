import AsCLBase
import Foundation
import RetrievalFixtures
import Synchronization
import Testing

@Suite struct FolderLockTests {
    @Test func `one at a time holds a folder, which is made`() throws {
        let folder = try ScratchFolder().path + "/a/b"
        let first = try #require(try FolderLock(folder, isWaiting: false))
        #expect(try FolderLock(folder, isWaiting: false) == nil)
        #expect(try FolderLock(folder + "/c", isWaiting: false) != nil, "a folder within is another")
        first.release()
        first.release()
        #expect(try FolderLock(folder, isWaiting: false) != nil)
        #expect(try FolderLock(folder, isWaiting: false) != nil, "the lock before went with its value")
    }

    @Test func `who waits gets the folder when it is free`() throws {
        let scratch = try ScratchFolder()
        let folder = scratch.path
        let first = try #require(try FolderLock(folder, isWaiting: false))
        let got = Mutex<Bool?>(nil)
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let lock = try? FolderLock(folder, isWaiting: true)
            got.withLock { $0 = lock != nil }
            ended.signal()
        }
        // Let go of only once the system says that the other one waits, or that one is through without waiting.
        while try got.withLock({ $0 }) == nil && !isWaitedFor(folder + "/.lock") { sched_yield() }
        #expect(got.withLock { $0 } == nil)
        first.release()
        ended.wait()
        #expect(got.withLock { $0 } == true)
    }

    @Test func `a folder that cannot be made is an error`() throws {
        let scratch = try ScratchFolder()
        let file = try scratch.file("file", [1])
        let error = try #require(throws: InputError.self) { try FolderLock(file + "/below", isWaiting: true) }
        #expect(error.description.hasPrefix("\(file)/below: creating: expected a folder that can be written, found "))
    }
}

/// Whether somebody waits for a file's lock: Linux lists who waits with an arrow, and the file by its number.
private func isWaitedFor(_ path: String) throws -> Bool {
    let number = try FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64
    let file = ":\(try #require(number)) "
    return try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n")
        .contains { $0.contains("-> FLOCK") && $0.contains(file) }
}
