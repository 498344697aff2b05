import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureCatalogue
import PictureSearch
import RetrievalModels

struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search indexed pictures by sentence, or by a picture.",
        discussion: """
            Prints the pictures that show what the sentence says, with the model's belief that they do, in percent; where \
            it believes of none, nothing. Subjects may be joined: several sentences and pictures are added up, --minus \
            takes away. Where a trained model searches (`ascl index --model`) its scores decide the order. After \
            `ascl index calibrate` the percentages are measured ones. Terminals that can (kitty, iTerm2 and their like) \
            show the pictures too.

            Try it:  ascl search "a dog runs on the beach"
                     ascl search "a beach" --minus people --after 2019-06
                     ascl search --like photos/dog.jpg "in the snow"
                     ascl search --captions-of photos/dog.jpg
                     ascl search --from sentences.txt > found.jsonl
            """)

    @OptionGroup var options: IndexOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "Pictures like this one, a file.")
    var like: [String] = []

    @Option(help: "Not what this sentence says.")
    var minus: [String] = []

    @Option(help: "Instead of pictures, the sentences of `ascl index captions` that fit this picture, a file.")
    var captionsOf: String?

    @Option(
        help: """
            A file with a sentence a line, or - for standard input: each is searched for by itself, and its answer is a \
            line of JSON.
            """)
    var from: String?

    @Option(help: "How many pictures to show.")
    var top = 10

    @Option(help: "How many to leave out from the first, to see the next.")
    var skip = 0

    @Option(name: .customLong("in"), help: "Only pictures in this folder.")
    var folder: String?

    @Option(
        help: "Only pictures taken, or where no camera says when, written then or later: 2019, 2019-06 or 2019-06-30.")
    var after: String?

    @Option(help: "Only pictures taken or written then or earlier.")
    var before: String?

    @Option(help: "Only pictures of a camera whose name has this in it.")
    var camera: String?

    @Option(help: "Only landscape, portrait or square ones.")
    var orientation: PictureFilter.Orientation?

    @Option(help: "Only pictures whose longer side has so many pixels or more.")
    var size: Int?

    @Flag(help: "The newest first of those that answer.")
    var newest = false

    @Flag(help: "Also what hardly answers, down to the last.")
    var all = false

    @Flag(help: "Where a trained model searches, score every picture and not the nearest alone.")
    var exhaustive = false

    @Flag(help: "Where a trained model matches words with regions, tell how well each word was found in every picture.")
    var explain = false

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "Sentences.")
    var sentences: [String] = []

    mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["top": top, "size": size])
        if skip < 0 { throw ValidationError("--skip: expected at least 0, found \(skip)") }
        let ways = [!sentences.isEmpty || !like.isEmpty || !minus.isEmpty, captionsOf != nil, from != nil]
        if ways.filter({ $0 }).count > 1 {
            throw ValidationError(
                "expected sentences and pictures, --captions-of or --from, found more than one of these")
        }
        if sentences.isEmpty && like.isEmpty && captionsOf == nil && from == nil {
            throw ValidationError("expected a sentence, or --like and a picture")
        }
        if explain, sentences.count != 1 || !like.isEmpty || !minus.isEmpty {
            throw ValidationError("--explain: expected one sentence alone, whose words are to be found")
        }
        for (option, day) in [("--after", after), ("--before", before)] {
            guard let day, day.wholeMatch(of: /\d{4}(-\d{2}(-\d{2})?)?/) == nil else { continue }
            throw ValidationError("\(option): expected 2019, 2019-06 or 2019-06-30, found \(day)")
        }
    }

    func run() throws {
        let bulk = try from.map { try BulkSearch($0) }
        let collection = try PictureCollection(options.home, device: compute.prepare())
        if let captionsOf { return try CaptionSearch(picture: captionsOf, count: top, json: json).run(collection) }
        if let bulk { return try bulk.run(collection, as: query) }
        try show(collection.search(query), collection)
    }

    private var query: PictureQuery {
        var query = PictureQuery(
            sentences.map { (.sentence($0), 1) } + like.map { (.file($0), 1) } + minus.map { (.sentence($0), -1) })
        (query.offset, query.count, query.newestFirst, query.showsAll) = (skip, top, newest, all)
        query.isExhaustive = exhaustive
        (query.filter.folder, query.filter.leastSide) = (folder, size)
        (query.filter.from, query.filter.to) = (after, before)
        (query.filter.camera, query.filter.orientation) = (camera, orientation)
        return query
    }

    private func show(_ found: SearchAnswer, _ collection: PictureCollection) throws {
        var answer = found
        answer.notes.forEach(Terminal.say)
        if explain, let sentence = sentences.first {
            if let explained = try collection.explained(answer, sentence: sentence) {
                answer = explained
            } else {
                Terminal.say(
                    "the index's model does not match words with regions, so there is nothing to explain; AsCL does: "
                        + "`ascl index --model`")
            }
        }
        if json { return try Terminal.printJSON(answer) }
        let pictures = TerminalPictures(
            environment: ProcessInfo.processInfo.environment, isTerminal: isatty(STDOUT_FILENO) == 1)
        for hit in answer.hits {
            if let text = pictures?.text(of: hit.picture.path) { print(text) }
            let belief = hit.relevance.map(\.percent) ?? String(format: "%.3f", hit.score)
            Terminal.show("\(belief)  \(hit.picture.path.escapedForOneLine)")
            if let explanation = hit.explanation { Terminal.show("       \(Self.line(explanation))") }
        }
        let hasBelief = answer.hits.contains { $0.relevance != nil }
        if answer.hits.isEmpty {
            Terminal.say(
                answer.searchedCount == 0
                    ? "no picture passes the filter"
                    : "nothing matches among \(answer.searchedCount) pictures; --all shows what comes nearest")
        } else if skip + top < answer.count {
            Terminal.say(
                "\(answer.hits.count) of \(answer.count)\(answer.mayHaveMore ? " or more" : "")"
                    + "\(hasBelief ? " that match" : ""); --skip \(skip + top) shows the next")
        }
        if !answer.hits.isEmpty, !sentences.isEmpty, !hasBelief, !all {
            Terminal.say(
                "the model has no belief of its own: these come nearest, whether they match or not; `ascl index captions` "
                    + "and `ascl index calibrate` measure one")
        }
    }
}

extension SearchCommand {
    /// The words with their matches; those that found nothing in brackets.
    fileprivate static func line(_ explanation: Explanation) -> String {
        explanation.words.filter(\.isWord).map { word in
            let text = "\(word.text.escapedForOneLine) \(String(format: "%.2f", word.match))"
            return word.foundNothing ? "[\(text)]" : text
        }.joined(separator: "  ")
    }
}

extension PictureFilter.Orientation: ExpressibleByArgument {}

extension Double {
    /// A probability in percent, three places wide.
    fileprivate var percent: String { String(format: self < 0.0995 ? "%3.1f %%" : "%3.0f %%", 100 * self) }
}
