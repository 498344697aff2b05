import Foundation
import RetrievalFixtures
import Testing

#if os(Linux)
/// `ascl index --watch` as a process of its own.
@Suite(.timeLimit(.minutes(5))) struct IndexWatchTests {
    private let encoder: String
    private let index: String
    private let collection: PictureCollection

    init() throws {
        (encoder, index, collection) = (
            try Workshop.newFolder("clip"), try Workshop.newFolder("index"), try PictureCollection()
        )
        try TinyPretrained.write(.clip, to: encoder)
        for number in 0..<3 { try collection.add("\(number).bmp", TinyPicture.bitmap(number)) }
    }

    private func watch(environment: [String: String] = [:]) throws -> Tool {
        try Tool(
            ["index", collection.images, "--encoder", encoder, "--index", index, "--watch"], environment: environment)
    }

    /// Waits until the index has these pictures and no others; the suite's time limit bounds it.
    private func wait(for names: Set<String>) throws {
        while true {
            let run = try Tool.run("search", "a", "--all", "--top", "50", "--json", "--index", index)
            let hits = try? run.json["hits"] as? [[String: Any]]
            let paths = hits?.compactMap { ($0["picture"] as? [String: Any])?["path"] as? String }
            if let paths, Set(paths.map { String($0.dropFirst(collection.images.count + 1)) }) == names { return }
            try Task.checkCancellation()
        }
    }

    @Test func `new, moved, changed and deleted pictures are seen to until it is interrupted`() throws {
        let tool = try watch()
        #expect(try tool.firstLine().hasPrefix("3 pictures: 3 new"))
        try wait(for: ["0.bmp", "1.bmp", "2.bmp"])
        try collection.add("3.bmp", TinyPicture.bitmap(3))
        try wait(for: ["0.bmp", "1.bmp", "2.bmp", "3.bmp"])
        try collection.add("sub/sub/4.bmp", TinyPicture.bitmap(4))
        try collection.remove("0.bmp")
        try wait(for: ["1.bmp", "2.bmp", "3.bmp", "sub/sub/4.bmp"])
        let files = FileManager.default
        try files.moveItem(atPath: collection.images + "/sub", toPath: collection.images + "/other")
        try wait(for: ["1.bmp", "2.bmp", "3.bmp", "other/sub/4.bmp"])
        try files.moveItem(atPath: collection.images + "/other/sub/4.bmp", toPath: collection.images + "/4.bmp")
        try wait(for: ["1.bmp", "2.bmp", "3.bmp", "4.bmp"])
        // While nothing happens, somebody else may change the index.
        #expect(try Tool.run("index", "--index", index).status == 0)
        tool.interrupt()
        let result = try tool.finish()
        #expect(result.status == 0 && !result.wasKilled, "\(result)")
        #expect(result.errors.contains("following the folders; Ctrl-C ends it"))
    }

    @Test func `too many folders are one line with the way out`() throws {
        let run = try watch(environment: ["LD_PRELOAD": try Self.noWatches.get()]).finish()
        expectRefusal(
            run, [collection.images, "watching", "folders at most", "sysctl fs.inotify.max_user_watches"],
            hasBegun: true)
    }

    @Test func `a result as data wants an end`() throws {
        let run = try Tool.run("index", collection.images, "--watch", "--json")
        #expect(run.status == 2 && run.errors.contains("--json: expected a run that ends, found --watch"))
    }

    /// A system that has no watch left.
    private static let noWatches = Result {
        try Preloaded.library(
            "watches", "#include <errno.h>\nint inotify_add_watch() { errno = ENOSPC; return -1; }\n")
    }
}
#endif
