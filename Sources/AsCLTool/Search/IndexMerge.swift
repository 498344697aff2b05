import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureCatalogue

struct IndexMerge: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge",
        abstract: "Join the indexes that several machines made by `ascl index --shard`.",
        discussion: """
            Makes a new index that answers as one made by one machine, captions and unusable pictures included. Needs no \
            model and no picture. The shards stay as they are; a calibration, which is of one collection, is not taken along.

            Try it:  ascl index photos --shard 1/2 --index parts/1
                     ascl index photos --shard 2/2 --index parts/2
                     ascl index merge parts/1 parts/2 --index whole
            """)

    @OptionGroup var options: IndexOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "The shards' indexes, all of them, in any order.")
    var shards: [String]

    func run() throws {
        InterruptFlag.install()
        try CatalogueMerge.expectNothing(in: options.folder)
        let merge = try CatalogueMerge(shards)
        merge.notices.forEach(Terminal.say)
        let meter = ProgressMeter("merging", unit: "pictures")
        let numbers: Catalogue.Numbers
        do {
            numbers = try merge.write(
                to: options.folder, progress: { meter.update($0, of: $1) },
                isCancelled: { InterruptFlag.signalNumber != nil })
        } catch is CancellationError {
            Terminal.say("interrupted; nothing was made")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        }
        if json { return try Terminal.printJSON(numbers) }
        print(
            "\(numbers.pictures) pictures in \(numbers.files) files, \(numbers.findable) can be found, "
                + "\(numbers.problems) cannot be used")
    }
}
