import ArgumentParser
import CommandLineOptions
import Foundation
import RetrievalData
import RetrievalEvaluation
import RetrievalModels

struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Measure how often a right caption scores above a wrong one that differs little.",
        discussion: """
            Type I names an absent object or has a wrong detail, II joins two captions of which one is another \
            picture's, III shortens. Chance is 50 %; a tie counts as wrong. Cases come from --cases, else from the \
            data's <split>_probe.json, as `ascl scenes generate` writes it, else they are made from the split's \
            captions: absence is then judged by all captions of a picture and a list of nouns.
            """)

    @OptionGroup var options: ModelAndDataOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "Cases in a JSON file: an array of {image, right, wrong, type}, FOIL-COCO or SugarCrepe.")
    var cases: String?

    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws { try options.expectCaptions() }

    func run() throws {
        let (model, split) = try options.open(on: compute.prepare())
        let cases = try probeCases(split)
        let texts = try model.tokenize(cases.flatMap { [$0.right, $0.wrong] })
        (model.limitNotices + model.notices(cut: texts.count { $0.wasCut }, of: texts.count, "captions of the cases"))
            .forEach(Terminal.say)
        let accuracies = try cases.accuracies { cases in
            try Array(
                zip(
                    model.scores(of: cases.map { ($0.image, $0.right) }, in: split),
                    model.scores(of: cases.map { ($0.image, $0.wrong) }, in: split)))
        }
        if json { return try Terminal.printJSON(accuracies) }
        for type in AsymmetryType.allCases {
            guard let accuracy = accuracies[type.rawValue] else { continue }
            let name = "type \(type.rawValue)".padding(toLength: 8, withPad: " ", startingAt: 0)
            print(name, String(format: "%5.1f %% of %d", accuracy.percent, accuracy.cases))
        }
    }

    private func probeCases(_ split: RetrievalSplit) throws -> [ProbeCase] {
        let own = "\(options.dataPath)/\(options.splitName)_probe.json"
        guard let path = cases ?? (FileManager.default.fileExists(atPath: own) ? own : nil) else {
            let made = CaptionProbe.cases(for: split, seed: 0)
            guard !made.isEmpty else {
                throw ValidationError(
                    "expected --cases or captions that give some, found neither in \(options.dataPath)")
            }
            Terminal.say("\(made.count) cases made from the captions of \(split.name)")
            return made
        }
        let reading = try ProbeCase.read(path, split: split)
        reading.notices(path, split).forEach(Terminal.say)
        return reading.cases
    }
}
