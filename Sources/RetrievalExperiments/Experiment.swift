import AsCLBase
import PretrainedFolders
import RetrievalModels
package import RetrievalTraining
import TextEncoding

/// An experiment: the runs it needs, and a section of the report.
package enum Experiment: String, Sendable, CaseIterable {
    /// Table 1's protocol.
    case table1
    /// Table 1 by equal time.
    case table1EqualTime = "table1-equal-time"
    /// Table 2.
    case ablations
    /// Table 2 by equal time instead of equal steps.
    case equalTime = "equal-time"
    /// Figure 3.
    case samples
    /// Figure 4.
    case geometry
    /// Figure 5.
    case lengths
    /// The search for each method's best recipe. Before others that have its runs, which are named by their recipes.
    case recipes
    /// The same with GRU words.
    case recipesGRU = "recipes-gru"
    /// Published methods on the same features.
    case baselines
    /// The same with GRU words.
    case baselinesGRU = "baselines-gru"
    /// A CLIP by itself, under AsCL and beside it.
    case clip
    /// The same of a SigLIP.
    case siglip
    /// Fast encoders before AsCL.
    case firstStage = "first-stage"
    /// Honest against leaky scoring.
    case `protocol`
    /// Accuracy by kind of asymmetry.
    case probe

    /// The experiment of a name; what was called peers is called baselines.
    package init?(named name: String) {
        self.init(rawValue: name.replacing("peers", with: "baselines"))
    }

    /// For `--help`, short enough for a line.
    package var summary: String {
        switch self {
        case .table1: "Table 1: AsCL, every system beside it, what a pair costs"
        case .table1EqualTime: "the same, each as long as UNITER takes"
        case .ablations: "Table 2: no positives, negatives, both, fusion; triplet"
        case .equalTime: "the same, each as long as the full method takes"
        case .samples: "Figure 3: kinds of positives, and of noise at both levels"
        case .geometry: "Figure 4: alignment and uniformity"
        case .lengths: "Figure 5: text-to-image recall by query length"
        case .recipes: "each method by the same few recipes, by validation Rsum"
        case .recipesGRU: "the same with GRU words"
        case .baselines: "the other methods by their papers' recipes and by others"
        case .baselinesGRU: "the same with GRU words, as in their papers"
        case .clip: "AsCL on a CLIP's patches and words, the CLIP, both mixed"
        case .siglip: "the same of a SigLIP"
        case .firstStage: "fast encoders before AsCL: recall, bytes, time of a query"
        case .protocol: "honest scores beside leaky ones, which saw the partner"
        case .probe: "right captions against wrong ones, by kind of asymmetry"
        }
    }

    /// Runs of each variant unless the user says otherwise; Table 1 averages five, a search takes one.
    package var seeds: Int {
        switch self {
        case .table1: 5
        case .recipes, .recipesGRU: 1
        default: 3
        }
    }

    /// The trainings that the experiment compares, the first being the one that others are held against.
    package var variants: [Variant] {
        switch self {
        case .table1: Variant.tableOne
        case .table1EqualTime: Variant.tableOneAtEqualTime
        case .protocol: [.full]
        case .ablations: Variant.ablations
        case .equalTime: Variant.ablationsAtEqualTime
        case .samples:
            Variant.positives
                + Variant.noiseLevels.flatMap { level in Variant.noiseKinds.map { .noise($0, level: level) } }
        case .geometry, .lengths: [.full, .withoutSamples]
        case .baselines: Variant.compared(words: "encoder")
        case .baselinesGRU: Variant.compared(words: "gru")
        case .recipes: Variant.searched(words: "encoder").flatMap(\.self)
        case .recipesGRU: Variant.searched(words: "gru").flatMap(\.self)
        case .clip: Variant.beside(.clip)
        case .siglip: Variant.beside(.siglip)
        case .firstStage: [.full] + Variant.firstStages
        case .probe: Variant.ablations + Variant.compared(words: "encoder").dropFirst(3)
        }
    }

    /// Those of the trainings that are held against AsCL's ranking as first stages of a search.
    package var firstStages: [Variant] {
        switch self {
        case .firstStage: Variant.firstStages
        case .clip, .siglip: variants.filter { $0.isTrained && $0.overrides.contains("model.method=\(rawValue)") }
        default: []
        }
    }

    /// The method of a pretrained pair whose words it wants; nil where any text encoder does.
    private var pair: Method? {
        switch self {
        case .clip: .clip
        case .siglip: .siglip
        default: nil
        }
    }

    /// The experiments that a configuration's text encoder serves, of those asked for.
    /// - Parameter name: One experiment, or all.
    /// - Throws: `InputError` where the one asked for wants another encoder.
    package static func named(_ name: String, for base: TrainingConfiguration) throws -> [Experiment] {
        let folder = try TextEncoder.find(base.textEncoder.path)
        let family =
            PretrainedFolder.isNamed(in: folder) ? try PretrainedFolder(directory: folder).family.method : nil
        if name == "all" { return allCases.filter { $0.pair == nil || $0.pair == family } }
        guard let experiment = Experiment(named: name) else { return [] }
        guard experiment.pair == nil || experiment.pair == family else {
            throw InputError(
                path: folder, place: "text_encoder.path", expected: "the folder of a \(experiment.rawValue)",
                found: family.map { "a \($0.rawValue)" } ?? "a BERT")
        }
        return [experiment]
    }
}
