import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import PictureSearch

struct IndexCalibrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Learn from captions how far a search is to be believed.",
        discussion: """
            Fits, on the captions of half of the pictures that have any, the probability that a picture is the one that a \
            sentence was written about, and tells on the other half what it and the model's own belief are worth. From \
            then on searches give that probability, and show what is above a cut-off that four of five sentences' own \
            pictures pass. A page with the reliability diagram is written into the index's folder.

            Try it:  ascl index captions dataset_flickr8k.json
                     ascl index calibrate
            """)

    @OptionGroup var options: IndexOptions
    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let collection = try PictureCollection(index: options.folder, device: compute.prepare())
        try CaptionEncoding.run(collection)
        let meter = ProgressMeter("scoring", unit: "captions")
        let report = try collection.calibrate { meter.update($0, of: $1) }
        do {
            try CalibrationPage.write(report, to: collection.home.name + "/calibration.html")
            Terminal.say("the reliability diagram is in \(collection.home.name)/calibration.html")
        } catch {
            Terminal.say("\(collection.home.name)/calibration.html is not written: \(error)")
        }
        if json { return try Terminal.printJSON(report) }
        print(
            """
            fitted to \(report.fittedSentences) captions of \(report.fittedPictures) pictures by \
            \(report.trials[0].features.map(\.rawValue).joined(separator: ", ")); measured on \
            \(report.measuredSentences) of \(report.measuredPictures) others, among \(report.pictures) pictures
            \("".padded(to: 20))log-loss   Brier  calibration error  cut-off  own shown  shown  false hits
            """)
        for (name, reliability) in report.sides {
            let cut = reliability.cutOffs[0]
            print(
                name.padded(to: 20)
                    + String(
                        format: "%8.3f%8.3f%19.3f%7.2f %%%9.1f %%%7.1f%10.1f %%", reliability.logLoss,
                        reliability.brier, reliability.calibrationError, 100 * cut.least, 100 * cut.recall, cut.shown,
                        100 * cut.falseHits))
        }
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { padding(toLength: width, withPad: " ", startingAt: 0) }
}
