import ArrayFiles
import AsCLBase
import Foundation
import RetrievalEvaluation
import RunReports

/// The report of experiments as far as they have come: HTML for people, Markdown for documents, JSON for programs, in the
/// experiments' folder.
package struct ExperimentReport {
    let data: ReportData
    private let name: String
    private let experiments: [Experiment]
    private let command: String

    /// A report on what a runner has done so far.
    /// - Parameters:
    ///   - name: What the files are called, before their extensions.
    ///   - seeds: Runs of each variant; nil takes each experiment's own number.
    ///   - command: What repeats it.
    package init(
        _ name: String, of runner: ExperimentRunner, _ experiments: [Experiment], seeds: Int?, command: String
    ) throws {
        self.name = name
        data = try ReportData(runner, experiments, seeds: seeds)
        self.experiments = experiments
        self.command = command
    }

    /// Writes the three files.
    /// - Returns: The runs that failed.
    @discardableResult package func write() throws -> Int {
        let path = "\(data.runner.folder.path)/\(name)"
        let sections = try sections()
        try report(sections).write(to: path + ".html")
        try AtomicFile.write(Data(Self.markdown(sections).utf8), to: path + ".md")
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(encoder.encode(try data.summaries()) + Data("\n".utf8), to: path + ".json")
        return data.failures.count
    }

    private func report(_ sections: [Section]) -> Report {
        let test = data.runner.splits.test
        return Report(
            title: "AsCL: experiments",
            subtitle:
                "\(test.imageCount) images of \(test.name) with \(test.captions.count) captions, after training on "
                + "\(data.runner.splits.train.imageCount) images; a table's ± is the standard deviation over seeds",
            sections: sections)
    }

    /// What has runs, experiment by experiment, then what it was made with.
    func sections() throws -> [Section] {
        try experiments.filter(data.hasRuns).map(section) + [settings()]
    }

    private func section(_ experiment: Experiment) throws -> Section {
        let blocks: [Block] =
            switch experiment {
            case .table1: try data.tableOne()
            case .table1EqualTime: try data.tableOneAtEqualTime()
            case .ablations: try data.ablations()
            case .equalTime: try data.equalTime()
            case .samples: try data.samples()
            case .geometry: try data.geometry()
            case .lengths: try data.lengths()
            case .baselines, .baselinesGRU: try data.baselines(experiment)
            case .recipes: try data.recipes(experiment, Variant.searched(words: "encoder"))
            case .recipesGRU: try data.recipes(experiment, Variant.searched(words: "gru"))
            case .clip, .siglip: try data.beside(experiment)
            case .firstStage: try data.firstStages(experiment)
            case .protocol: try data.protocols()
            case .probe: try data.probe()
            }
        let failures = data.failures(of: experiment).map { Block.notice("\($0.title), seed \($0.seed): \($0.reason)") }
        return Section(experiment.title, id: experiment.rawValue, blocks: blocks + failures)
    }

    private func settings() throws -> Section {
        let runner = data.runner
        let identity = runner.folder.data.sorted { $0.key < $1.key }.map { Setting($0.key, $0.value) }
        let machine = ProcessInfo.processInfo
        #if arch(x86_64)
        let architecture = "x86-64"
        #else
        let architecture = "arm64"
        #endif
        let memory = Double(machine.physicalMemory) / 1e9
        return Section(
            "Settings", id: "settings",
            blocks: [
                .settings(
                    identity + [
                        Setting("device", "\(runner.device)"),
                        Setting(
                            "machine",
                            "\(machine.activeProcessorCount) cores, \(architecture), \(Int(memory.rounded())) GB"),
                    ]),
                .paragraph("The base configuration, from which each variant differs in what its name says:"),
                .code(try runner.base.yaml()),
                .paragraph(
                    "A mark says that a method differs from the first of its table by more than the choice of images "
                        + "explains: paired over images, averaged over seeds, two-sided sign-flip permutation test. It "
                        + "says nothing of other seeds, of which the deviation speaks, and one of twenty marks is "
                        + "chance."),
                .paragraph("To repeat it, or to go on with it:"),
                .code(command),
            ])
    }

    /// Headings, text and tables; figures stay in the HTML.
    private static func markdown(_ sections: [Section]) -> String {
        sections.map { section in
            let blocks = section.blocks.compactMap { block -> String? in
                switch block {
                case .paragraph(let text): text
                case .table(let table): table.markdown
                case .figure, .pictures: nil
                case .code(let text): "```\n\(text.trimmingCharacters(in: .newlines))\n```"
                case .settings(let settings): settings.map { "- \($0.name): \($0.value)" }.joined(separator: "\n")
                case .notice(let text): "> \(text)"
                }
            }
            return (["## \(section.heading)"] + blocks).joined(separator: "\n\n")
        }.joined(separator: "\n\n") + "\n"
    }
}

extension Experiment {
    /// The heading of its section.
    var title: String {
        switch self {
        case .table1: "Table 1's protocol"
        case .table1EqualTime: "Table 1 by equal time"
        case .ablations: "Ablations (table 2)"
        case .equalTime: "Ablations by equal time"
        case .samples: "Generated samples (figure 3)"
        case .geometry: "Alignment and uniformity (figure 4)"
        case .lengths: "Query length (figure 5)"
        case .baselines: "Baselines"
        case .baselinesGRU: "Baselines with GRU words"
        case .recipes: "Recipes"
        case .recipesGRU: "Recipes with GRU words"
        case .clip: "CLIP"
        case .siglip: "SigLIP"
        case .firstStage: "First stages"
        case .protocol: "Protocol integrity"
        case .probe: "Asymmetry probe"
        }
    }
}
