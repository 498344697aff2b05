import Foundation
import RetrievalFixtures
import Testing

/// Disks that are full, and disks that can only be read.
struct IndexFaultTests {
    private let encoder: String
    private let index: String
    private let collection: PictureCollection

    init() throws {
        (encoder, index, collection) = (
            try Workshop.newFolder("clip"), try Workshop.newFolder("index"), try PictureCollection()
        )
        try TinyPretrained.write(.clip, to: encoder)
        for number in 0..<200 { try collection.add("\(number).bmp", TinyPicture.bitmap(number)) }
    }

    private func update(_ environment: [String: String] = [:]) throws -> Tool.Result {
        try Tool(
            ["index", collection.images, "--encoder", encoder, "--index", index], environment: environment
        ).finish()
    }

    @Test func `a full disk is named, and the same command goes on once there is room`() throws {
        let library = try Self.fullDisk.get()
        var failures = 0
        for room in [0, 2000, 6000, 15_000, 40_000, 80_000, 120_000, 160_000, 200_000] {
            let run = try update(["LD_PRELOAD": library, "ROOM": "\(room)", "ROOM_IN": index])
            if run.status == 0 { continue }
            failures += 1
            expectRefusal(run, [index], hasBegun: true)
            let line = run.errorLines.last ?? ""
            #expect(line.contains("No space left on device") || line.contains("disk is full"), "\(room): \(run.errors)")
        }
        #expect(failures >= 5)
        let run = try update()
        #expect(run.status == 0 && run.output.hasPrefix("200 pictures: "), "\(run)")
        let partial = FileManager.default.enumerator(atPath: index)?.compactMap { $0 as? String }
            .filter { $0.hasSuffix(".partial") }
        #expect(partial == [])
        let found = try Tool.run("search", "a cat", "--all", "--top", "300", "--json", "--index", index)
        #expect((try found.json["hits"] as? [Any])?.count == 200)
    }

    @Test(.enabled("this machine lets nobody mount") { Self.canMount })
    func `an index that can only be read answers, and says that it cannot be changed`() throws {
        #expect(try update().status == 0)
        func readOnly(_ arguments: String...) throws -> Tool.Result {
            try Tool(
                [
                    "-m", "sh", "-c", "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec \"$@\"",
                    index, Tool.path,
                ]
                    + arguments, program: "/usr/bin/unshare"
            ).finish()
        }
        let found = try readOnly("search", "a cat", "--all", "--top", "300", "--json", "--index", index)
        #expect((try found.json["hits"] as? [Any])?.count == 200, "\(found)")
        #expect(try readOnly("index", "status", "--index", index).output.contains("200 can be found"))
        #expect(try readOnly("index", "duplicates", "--index", index).status == 0)
        let refused = try readOnly("index", "--index", index)
        expectRefusal(refused, [index, "index", "a folder that can be written", "searches are answered"])
        let forget = try readOnly("index", "forget", collection.images, "--index", index)
        expectRefusal(forget, [index, "a folder that can be written"])
    }

    @Test func `what a search cannot find for damage is told, and mended by indexing`() throws {
        #expect(try update().status == 0)
        let path = index + "/model-1/vectors/000001.vectors"
        var data = try bytes(path)
        data[data.count / 2] ^= 1
        try write(data, to: path)
        let run = try Tool.run("search", "a cat", "--all", "--index", index)
        #expect(run.status == 0 && run.output.isEmpty)
        #expect(run.errors.contains("200 pictures cannot be found until `ascl index` has mended this: \(path): block "))
        let mending = try update()
        #expect(mending.status == 0 && mending.errors.contains("\(path): block 1: damaged: "), "\(mending)")
        #expect(mending.output == "200 pictures: 0 new, 0 known by their content, 0 gone, 0 cannot be used\n")
        #expect(try Tool.run("search", "a cat", "--all", "--top", "5", "--index", index).outputLines.count == 5)
    }

    private static let canMount = {
        guard geteuid() == 0 else { return false }
        let run = try? Tool(
            [
                "-m", "sh", "-c", "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\"",
                Workshop.newFolder("mount"),
            ],
            program: "/usr/bin/unshare"
        ).finish()
        return run?.status == 0
    }()

    /// A disk with so much room for all that is written to files of a folder.
    private static let fullDisk = Result {
        try Preloaded.library(
            "disk",
            #"""
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <errno.h>
            #include <stdatomic.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <string.h>
            #include <unistd.h>

            static atomic_long written;

            static int has_room(int file, size_t count) {
                char link[64], path[4096];
                snprintf(link, sizeof link, "/proc/self/fd/%d", file);
                ssize_t length = readlink(link, path, sizeof path - 1);
                const char *folder = getenv("ROOM_IN");
                if (length < 0 || !folder || strncmp(path, folder, strlen(folder)) != 0) return 1;
                if (atomic_fetch_add(&written, (long)count) + (long)count <= atol(getenv("ROOM"))) return 1;
                errno = ENOSPC;
                return 0;
            }

            #define STAND_IN(name, list, pass) \
                ssize_t name list { \
                    ssize_t (*real) list = dlsym(RTLD_NEXT, #name); \
                    return has_room(file, count) ? real pass : -1; \
                }
            STAND_IN(write, (int file, const void *bytes, size_t count), (file, bytes, count))
            STAND_IN(pwrite, (int file, const void *bytes, size_t count, off_t place), (file, bytes, count, place))
            STAND_IN(pwrite64, (int file, const void *bytes, size_t count, off_t place), (file, bytes, count, place))
            """#)
    }
}
