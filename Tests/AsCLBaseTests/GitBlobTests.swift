import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@Suite struct GitBlobTests {
    /// The names are what `git hash-object` prints.
    @Test(arguments: [
        (Data(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"),
        (Data("what is up, doc?".utf8), "bd9dbf5aae1a3862dd1526723246b20206e5fc37"),
        // More than is read at a time.
        (Data(count: 600_000), "39bc61a6572bfcfe261412e28aebf1f3845fd2c4"),
    ]) func `a content has git's name`(content: Data, name: String) throws {
        let folder = try ScratchFolder()
        let path = try folder.file("content", [UInt8](content))
        let file = try #require(FileHandle(forReadingAtPath: path))
        #expect(GitBlob.name(ofDescriptor: file.fileDescriptor) == name)
    }

    @Test func `what cannot be read has none`() { #expect(GitBlob.name(ofDescriptor: -1) == nil) }
}
