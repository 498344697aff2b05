import Foundation
import Testing

@testable import RetrievalTraining

@Suite struct RunFolderTests {
    @Test func `a missing folder is made, with those above it`() throws {
        try withTemporaryFolder { folder in
            let run = try RunFolder(claiming: folder + "/a/b", existing: .refuse)
            try write("", to: run.file("trainer.json"))
            #expect(FileManager.default.fileExists(atPath: folder + "/a/b/trainer.json"))
        }
    }

    @Test(arguments: ["config.json", "trainer.json", "log.jsonl", "events.out.tfevents.1700000000.here"])
    func `a folder with a run is refused`(name: String) throws {
        try withTemporaryFolder { folder in
            try write("x", to: folder + "/" + name)
            #expect(
                message(in: folder) { _ = try RunFolder(claiming: folder, existing: .refuse) }
                    == "DIR: expected no run in the output folder, found \(name); --resume goes on with it, "
                    + "--overwrite starts anew")
            #expect(try read(folder + "/" + name) == "x")
        }
    }

    @Test func `a folder with other things is taken`() throws {
        try withTemporaryFolder { folder in
            try write("x", to: folder + "/notes.txt")
            _ = try RunFolder(claiming: folder, existing: .refuse)
            #expect(try read(folder + "/notes.txt") == "x")
        }
    }

    @Test func `resuming keeps everything and needs the folder`() throws {
        try withTemporaryFolder { folder in
            #expect(
                message(in: folder) { _ = try RunFolder(claiming: folder + "/no", existing: .resume) }
                    == "DIR/no: expected the folder of the run to resume, found nothing")
            #expect(try !RunFolder(claiming: folder, existing: .resume).holdsCheckpoint)
            try write("x", to: folder + "/trainer.json")
            #expect(try RunFolder(claiming: folder, existing: .resume).holdsCheckpoint)
            #expect(try read(folder + "/trainer.json") == "x")
        }
    }

    @Test func `overwriting removes the run's files and no others`() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createDirectory(
                atPath: folder + "/text_encoder", withIntermediateDirectories: false)
            for name in RunFolder.files + ["events.out.tfevents.1.here", "notes.txt", "text_encoder/notes.txt"] {
                try write("x", to: folder + "/" + name)
            }
            _ = try RunFolder(claiming: folder, existing: .overwrite)
            #expect(
                try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
                    == ["notes.txt", "text_encoder", "text_encoder/notes.txt"])
            try FileManager.default.removeItem(atPath: folder + "/text_encoder/notes.txt")
            _ = try RunFolder(claiming: folder, existing: .overwrite)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["notes.txt"])
        }
    }

    @Test func `what cannot be a run's folder is refused with the reason`() throws {
        try withTemporaryFolder { folder in
            try write("x", to: folder + "/file")
            #expect(
                message(in: folder) { _ = try RunFolder(claiming: folder + "/file", existing: .overwrite) }
                    == "DIR/file: expected a folder for the run, found a file")
            #expect(
                message(in: folder) { _ = try RunFolder(claiming: folder + "/file/run", existing: .refuse) }
                    == "DIR/file/run: Not a directory")
        }
    }

    @Test(.enabled("root may write everywhere") { geteuid() != 0 })
    func `a folder that may not be written is refused`() throws {
        try withTemporaryFolder { folder in
            chmod(folder, 0o500)
            defer { chmod(folder, 0o700) }
            #expect(
                message(in: folder) { _ = try RunFolder(claiming: folder, existing: .refuse) }
                    == "DIR: Permission denied")
        }
    }
}
