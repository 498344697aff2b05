import AsCLBase
import Foundation
import RetrievalFixtures
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

    @Test func `who waits gets the folder when it is free`() async throws {
        let scratch = try ScratchFolder()
        let folder = scratch.path
        let first = try #require(try FolderLock(folder, isWaiting: false))
        let waiting = Task.detached { try FolderLock(folder, isWaiting: true) != nil }
        try await Task.sleep(for: .milliseconds(20))
        first.release()
        #expect(try await waiting.value)
    }

    @Test func `a folder that cannot be made is an error`() throws {
        let scratch = try ScratchFolder()
        let file = try scratch.file("file", [1])
        let error = try #require(throws: InputError.self) { try FolderLock(file + "/below", isWaiting: true) }
        #expect(error.description.hasPrefix("\(file)/below: creating: expected a folder that can be written, found "))
    }
}
