import AsCLBase
import Testing

@Suite struct ParentPathTests {
    @Test(arguments: [
        ("m", ""), ("é", ""), ("m/", ""), ("mm", ""), ("", ""), ("a/b", "a"), ("a/b/", "a"), ("a//b", "a"),
        ("./m", "."),
        ("/", "/"), ("//", "/"), ("/m", "/"), ("//m", "/"), ("/a/b", "/a"), ("/a/b//", "/a"),
    ])
    func `a path loses its last component, be it of one character`(_ path: String, _ parent: String) {
        #expect(path.parentPath == parent)
    }

    @Test func `a folder of a one-character name has a place`() throws {
        try Folder.expectPlace(for: "q")
    }
}
