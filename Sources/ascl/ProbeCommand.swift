import ArgumentParser
import AsCLModel
import Foundation
import RetrievalData
import Scenes
import Torch

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
            try scores(of: cases, model, split)
        }
        if json { return try Terminal.printJSON(accuracies) }
        for type in AsymmetryType.allCases {
            guard let accuracy = accuracies[type.rawValue] else { continue }
            let name = "type \(type.rawValue)".padding(toLength: 8, withPad: " ", startingAt: 0)
            print(name, String(format: "%5.1f %% of %d", accuracy.percent, accuracy.cases))
        }
    }

    /// Scores of each case's right and wrong caption.
    private func scores(
        of cases: [ProbeCase], _ model: RetrievalModel, _ split: RetrievalSplit
    ) throws -> [(right: Float, wrong: Float)] {
        try withoutGradients {
            var scores: [(right: Float, wrong: Float)] = []
            for start in stride(from: 0, to: cases.count, by: 32) {
                let part = cases[start..<min(start + 32, cases.count)]
                let images = try model.ascl.scorable(model.images(split, part.map(\.image)))
                let tokens = try model.tokenize(part.map(\.right) + part.map(\.wrong)).map(\.ids)
                let texts = try model.ascl.scorable(model.encode(tokens))
                let block = try model.ascl.similarity(images, texts).to(.float32).array(Float.self)
                for row in 0..<part.count {
                    let first = row * 2 * part.count + row
                    scores.append((block[first], block[first + part.count]))
                }
            }
            return scores
        }
    }
}
