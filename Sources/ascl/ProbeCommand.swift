import ArgumentParser
import Foundation
import RetrievalEvaluation
import Scenes

struct ProbeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Measure how often a right caption scores above a wrong one that differs little.",
        discussion: """
            Reads <split>_probe.json, which `ascl scenes generate` writes: type I has an absent object or a wrong attribute,
            II joins two captions, III shortens one. Chance is 50 %; a tie counts as wrong.
            """)

    @OptionGroup var options: ModelAndDataOptions
    @OptionGroup var compute: ComputeOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let (model, split) = try options.open(on: compute.prepare())
        let path = "\(options.data)/\(options.split)_probe.json"
        let accuracies = try ProbeCase.read(path, imageCount: split.imageCount).accuracies { cases in
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
}
