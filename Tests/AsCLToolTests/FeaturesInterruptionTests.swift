import Foundation
import Testing

/// Whatever ends an extraction early, the same command goes on and comes to the same bytes.
struct FeaturesInterruptionTests {
    @Test func aKilledRunEndsAtTheSameBytes() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        let killed = try Tool(collection.arguments + ["--threads", "1"])
        try killed.send(SIGKILL) { exists(collection.output + "/features.json") }
        let run = try killed.finish()
        #expect(run.wasKilled && run.status == SIGKILL)
        #expect(try names(in: collection.output).filter { !$0.hasPrefix(".") } == ["features.json"])
        try expectTheRest(collection)
    }

    @Test func aKillLosesNoFinishedBlock() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        // By their names before the scenes, so that the first block of 128 ends among these.
        for number in 0..<140 { try collection.addPlain("a\(number).png", number) }
        let killed = try Tool(collection.arguments + ["--threads", "1"])
        try killed.send(SIGKILL) { exists(collection.output + "/.blocks/000001.block") }
        #expect(try killed.finish().wasKilled)
        let run = try collection.extract()
        #expect(run.status == 0 && run.counts == "168 pictures: 40 new, 128 reused, 0 failed, 0 removed", "\(run)")
        let rows = try PictureCollection.rows(collection.output)
        #expect(rows.count == 168)
        for (name, row) in try PictureCollection.rows(Workshop.features.get()) { #expect(rows[name] == row, "\(name)") }
    }

    @Test func controlCKeepsWhatIsDoneAndExitsWith130() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        let interrupted = try Tool(collection.arguments + ["--threads", "1"])
        try interrupted.send(SIGINT) { exists(collection.output + "/features.json") }
        let run = try interrupted.finish()
        #expect(run.status == 130 && !run.wasKilled && run.output.isEmpty)
        #expect(run.errorLines.last == "interrupted; the same command goes on")
        #expect(!exists(collection.output + "/all_ims.npy"))
        let rest = try expectTheRest(collection)
        // The pictures in hand were finished and kept.
        #expect(!rest.counts.contains(" 0 reused"), "\(rest.output)")
    }

    @Test func aFullDiskIsOneLineAndLeavesNothingHalfWritten() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        // Blocks of 512 bytes: a tenth of what the features need.
        let run = try collection.extract(shell: "ulimit -f 50")
        expectRefusal(
            run, [collection.output + "/.blocks/000001.block", "expected", "found File too large"], hasBegun: true)
        #expect(try names(in: collection.output).filter { !$0.hasPrefix(".") } == ["features.json"])
        let blocks = try names(in: collection.output + "/.blocks")
        #expect(!blocks.contains { $0.hasSuffix(".block") || $0.hasSuffix(".partial") }, "\(blocks)")
        try expectTheRest(collection)
    }

    @discardableResult private func expectTheRest(_ collection: PictureCollection) throws -> Tool.Result {
        let run = try collection.extract()
        #expect(run.status == 0, "\(run)")
        #expect(run.counts.hasPrefix("28 pictures: ") && run.counts.hasSuffix(" 0 failed, 0 removed"))
        #expect(try collection.files() == PictureCollection.files(Workshop.features.get()))
        return run
    }
}
