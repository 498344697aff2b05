import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureCatalogue
import PictureSearch
import RetrievalData
import Torch

struct IndexCaptions: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "captions", abstract: "Give indexed pictures the sentences that were written about them.",
        discussion: """
            FILE is a Karpathy JSON, or has a line for each sentence: the picture's name, a tab, the sentence (Flickr8k's \
            name.jpg#0 as well). A picture gets the file's sentences in the place of those that it had. `ascl search \
            --captions-of` finds the sentences that fit a picture, and `ascl index calibrate` learns from them how far a \
            search is to be believed.
            """)

    @OptionGroup var options: IndexOptions
    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    @Argument(help: "The file.")
    var file: String

    func run() throws {
        InterruptFlag.install()
        let device = try compute.prepare()
        let list = try CaptionList(path: file)
        let catalogue = try Catalogue(folder: options.folder, isNew: false)
        let summary = try catalogue.setCaptions(list.entries.map { ($0.name, $0.captions) })
        for (names, what) in [
            (summary.unknown, "no picture of the index"), (summary.ambiguous, "several different pictures"),
        ] {
            guard let first = names.first else { continue }
            Terminal.say("\(names.count) names are those of \(what), the first \(first.escapedForOneLine)")
        }
        if summary.repeated > 0 {
            Terminal.say("\(summary.repeated) captions repeat another of the same picture and are kept once")
        }
        try CaptionEncoding.run(catalogue, device)
        if json { return try Terminal.printJSON(summary) }
        print("\(summary.captions) captions of \(summary.pictures) pictures")
    }
}

/// Vectors for the captions that have none yet.
enum CaptionEncoding {
    /// Encodes by the model that answers; where none does yet, the first indexing sees to it at its end.
    static func run(_ catalogue: Catalogue, _ device: Device) throws {
        guard try catalogue.answeringModel() != nil, try catalogue.numbers().captions > 0 else { return }
        try run(PictureCollection(index: catalogue.folder, device: device))
    }

    /// Encodes by a collection's model.
    static func run(_ collection: PictureCollection) throws {
        let meter = ProgressMeter("encoding captions", unit: "captions")
        do {
            try collection.encodeCaptions(
                progress: { meter.update($0, of: $1) }, isCancelled: { InterruptFlag.signalNumber != nil })
        } catch is CancellationError {
            Terminal.say("interrupted; the same command goes on")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        }
    }
}
