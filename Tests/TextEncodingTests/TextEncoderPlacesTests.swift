import AsCLBase
import Foundation
import Testing

@testable import TextEncoding

struct TextEncoderPlacesTests {
    /// What `path` means where the folders `made` are, or the error's line; `root` is the temporary folder. The tests' working
    /// folder may hold a `.text-encoder`, so that here goes by another name.
    private func find(_ path: String, made: [String]) throws -> String {
        let root = NSTemporaryDirectory() + "places-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: root) }
        for folder in made + ["tool/bin", "links"] {
            try FileManager.default.createDirectory(atPath: root + "/" + folder, withIntermediateDirectories: true)
        }
        try Data().write(to: URL(fileURLWithPath: root + "/tool/bin/ascl"))
        try FileManager.default.createSymbolicLink(
            atPath: root + "/links/ascl", withDestinationPath: root + "/tool/bin/ascl")
        do {
            return try TextEncoder.find(
                path.replacing("root", with: root), standard: root + "/absent", program: root + "/links/ascl",
                cache: root + "/cache"
            ).replacing(root, with: "root")
        } catch let error as InputError {
            return error.description.replacing(root, with: "root")
        }
    }

    private let installed = "tool/share/ascl/text-encoder"
    private let cached = "cache/text-encoder"

    @Test func `the working folder comes first, then what is installed with the program, then the cache`() throws {
        #expect(try find("root/absent", made: ["absent", installed, cached]) == "root/absent")
        #expect(try find("root/absent", made: [installed, cached]) == "root/" + installed)
        #expect(try find("root/absent", made: [cached]) == "root/" + cached)
    }

    @Test func `a folder of another name is never replaced`() throws {
        #expect(try find("root/bert", made: [installed, cached]) == "root/bert")
    }

    @Test func `where there is none, all places and the way out are named`() throws {
        #expect(
            try find("root/absent", made: [])
                == "root/absent: expected the text encoder in this folder, in root/\(installed) or in root/\(cached), "
                + "found none: run `make setup`, or name a folder with a Hugging Face BERT (text_encoder.path)")
    }

    @Test func `the cache is the user's, and a relative one is not taken`() {
        #expect(UserCache.folder(["XDG_CACHE_HOME": "/caches"]) == "/caches/ascl")
        #expect(UserCache.folder(["XDG_CACHE_HOME": "caches"]) == NSHomeDirectory() + "/.cache/ascl")
        #expect(UserCache.folder([:]) == NSHomeDirectory() + "/.cache/ascl")
    }
}
