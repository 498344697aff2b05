import ArgumentParser
import AsCLBase
import CommandLineOptions
import PictureCatalogue

struct IndexCompact: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Give back the room that deleted pictures take in an index.",
        discussion: "`ascl index` does it by itself once a quarter of the vectors is deleted. Searches go on meanwhile."
    )

    @OptionGroup var options: IndexOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let catalogue = try Catalogue(folder: options.folder, isNew: false)
        try catalogue.expectWritable()
        let room = try catalogue.compact()
        if json { return try Terminal.printJSON(room) }
        print("\(room.before / 1000) kB before, \(room.after / 1000) kB now")
    }
}
