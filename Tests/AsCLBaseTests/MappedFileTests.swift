import AsCLBase
import Foundation
import Testing

@Suite struct MappedFileTests {
    private func problem(_ contents: String) throws -> String? {
        let path = NSTemporaryDirectory() + "mapped-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(contents.utf8).write(to: URL(fileURLWithPath: path))
        do throws(InputError) {
            _ = try MappedFile(path: path)
            return nil
        } catch {
            return error.description.replacing(path, with: "FILE")
        }
    }

    @Test func `a pointer of Git LFS is told as what it is`() throws {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 90868376\n"
        #expect(
            try problem(pointer)
                == "FILE: expected the file itself, found a pointer of Git LFS: the file itself was not fetched "
                + "(`git lfs pull` fetches it)")
        #expect(try problem("a caption about version https://git-lfs.github.com/spec/v1\n") == nil)
        #expect(try problem(pointer + String(repeating: "a caption\n", count: 200)) == nil)
    }
}
