import Foundation
import Testing

/// Whatever ends an extraction early, the same command goes on and comes to the same bytes.
struct FeaturesInterruptionTests {
    @Test func `a killed run ends at the same bytes`() throws {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        let signal = SignalAtFile(signal: SIGKILL, file: collection.output + "/features.json")
        let run = try Tool(collection.arguments + ["--threads", "1"], signal: signal).finish()
        #expect(run.wasKilled && run.status == SIGKILL)
        #expect(try names(in: collection.output).filter { !$0.hasPrefix(".") } == ["features.json"])
        try expectTheRest(collection)
    }

    @Test func `a kill loses no finished block`() throws {
        let collection = try twoBlocks()
        let signal = SignalAtFile(signal: SIGKILL, file: "/.blocks/000001.block")
        #expect(try Tool(collection.arguments + ["--threads", "1"], signal: signal).finish().wasKilled)
        let counts = try countsOfTheRest(collection)
        #expect(counts == "168 pictures: 40 new, 128 reused, 0 failed, 0 removed")
    }

    @Test func `Control-C keeps what is done and exits with 130`() throws {
        let collection = try twoBlocks()
        let signal = SignalAtFile(signal: SIGINT, file: "/.blocks/000001.block")
        let run = try Tool(collection.arguments + ["--threads", "1"], signal: signal).finish()
        #expect(run.status == 130 && !run.wasKilled && run.output.isEmpty)
        #expect(run.errorLines.last == "interrupted; the same command goes on")
        #expect(!exists(collection.output + "/all_ims.npy"))
        // The block is kept, and besides it whatever was in hand.
        let counts = try countsOfTheRest(collection)
        let reused = try #require(counts.split(separator: " ").dropFirst(4).first.flatMap { Int($0) })
        #expect(reused >= 128, "\(counts)")
    }

    @Test func `a full disk is one line and leaves nothing half written`() throws {
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

    /// The scenes' pictures and by their names before them so many others that the first block of 128 ends among these.
    private func twoBlocks() throws -> PictureCollection {
        let collection = try PictureCollection(scenes: Workshop.drawnScenes.get())
        for number in 0..<140 { try collection.addPlain("a\(number).png", number) }
        return collection
    }

    /// What is told of the run that goes on with two blocks.
    private func countsOfTheRest(_ collection: PictureCollection) throws -> String {
        let run = try collection.extract()
        #expect(run.status == 0, "\(run)")
        let rows = try PictureCollection.rows(collection.output)
        #expect(rows.count == 168)
        for (name, row) in try PictureCollection.rows(Workshop.features.get()) { #expect(rows[name] == row, "\(name)") }
        return run.counts
    }

    private func expectTheRest(_ collection: PictureCollection) throws {
        let run = try collection.extract()
        #expect(run.status == 0, "\(run)")
        #expect(run.counts.hasPrefix("28 pictures: ") && run.counts.hasSuffix(" 0 failed, 0 removed"))
        #expect(try collection.files() == PictureCollection.files(Workshop.features.get()))
    }
}
