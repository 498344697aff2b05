import ArgumentParser
import CommandLineOptions
import Foundation
import PictureCatalogue

struct IndexDuplicates: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicates",
        abstract:
            "Tell which pictures an index has several times, and why they are taken for the same. Removes nothing.")

    @OptionGroup var options: IndexOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    struct Answer: Encodable {
        let groups: [DuplicateGroup]
        /// Pictures that nobody has looked at yet.
        let unseen: Int
    }

    func run() throws {
        let catalogue = try Catalogue(folder: options.folder, isNew: false)
        let answer = Answer(groups: try catalogue.duplicates(), unseen: try catalogue.unseenCount())
        if answer.unseen > 0 {
            Terminal.say(
                "\(answer.unseen) pictures were indexed by an older ascl, and are compared by their bytes alone until "
                    + "`ascl index` has looked at them")
        }
        if json { return try Terminal.printJSON(answer) }
        for group in answer.groups {
            Terminal.show("keep          \(Self.line(group.keep))")
            for file in group.others {
                let reason = (file.reason?.rawValue ?? "").padding(toLength: 14, withPad: " ", startingAt: 0)
                Terminal.show("\(reason)\(Self.line(file))")
            }
        }
        if answer.groups.isEmpty { Terminal.say("no picture is there twice") }
    }

    private static func line(_ file: DuplicateGroup.File) -> String {
        let size = file.width.flatMap { width in file.height.map { "\(width) x \($0), " } } ?? ""
        return "\(file.path.escapedForOneLine)  (\(size)\((file.bytes + 999) / 1000) kB)"
    }
}
