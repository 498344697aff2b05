import CaptionGraphs
import RetrievalModels

extension TrainingConfiguration {
    /// Phrases of captions: what UNITER+DG learns from between its tasks and ranking, and what TAGS-DC masks.
    package struct GraphSection: Sendable, Equatable, ConfigurationSection {
        /// The folder of a denotation graph; without one it is made of the training captions.
        package var path = ""
        /// Where WordNet's files are, by which captions are taken apart.
        package var wordnet = WordNet.usualFolder
        /// UNITER+DG's epochs that learn from the graph.
        package var epochs = 1
        /// The weight of whether the more specific text fits an image at least as well.
        package var specificity = 0.1
        /// The weight of telling edges from other pairs of phrases.
        package var links = 0.1

        static let fields: [ConfigurationField<Self>] = [
            .init("path", \.path),
            .init("wordnet", \.wordnet, .notEmpty),
            .init("epochs", \.epochs, .atLeast(0)),
            .init("specificity", \.specificity, .atLeast(0)),
            .init("links", \.links, .atLeast(0)),
        ]
    }

    /// The wrong captions that TAGS-DC writes while it learns to rank, and what they weigh in the loss.
    package struct RefillSection: Sendable, Equatable, ConfigurationSection {
        /// How often each caption is masked.
        package var maskings = 4
        /// How often each masking is filled in.
        package var draws = 4
        /// How many of what comes of it are learned from: those that score highest.
        package var kept = 7
        /// What a word's logits are divided by before it is drawn.
        package var temperature = 1.5
        /// The weight of guessing masked words, which goes on.
        package var words = 0.1
        /// Of ranking a caption above what was written in its place.
        package var sentences = 0.1
        /// Of telling words that were replaced.
        package var discrimination = 0.1
        /// Of telling which words stood there.
        package var correction = 0.1
        /// The part of masked words of validation captions that has to be guessed right before anything is written.
        package var leastAccuracy = 0.25

        static let fields: [ConfigurationField<Self>] = [
            .init("maskings", \.maskings, .atLeast(1)),
            .init("draws", \.draws, .atLeast(1)),
            .init("kept", \.kept, .atLeast(1)),
            .init("temperature", \.temperature, .above(0)),
            .init("words", \.words, .atLeast(0)),
            .init("sentences", \.sentences, .atLeast(0)),
            .init("discrimination", \.discrimination, .atLeast(0)),
            .init("correction", \.correction, .atLeast(0)),
            .init("least_accuracy", \.leastAccuracy, .from(0, to: 1)),
        ]

        func check(at place: ConfigurationPlace) throws(TrainingError) {
            guard kept > maskings * draws else { return }
            throw place.key("kept").invalid(
                expected: "at most maskings times draws, \(maskings * draws)", found: "\(kept)")
        }

        var settings: RefillSettings {
            RefillSettings(maskings: maskings, draws: draws, kept: kept, temperature: temperature)
        }

        func weight(_ term: String) -> Double {
            switch term {
            case "sentences": sentences
            case "discrimination": discrimination
            case "correction": correction
            default: words
            }
        }
    }

    /// What an epoch learns by, one after the other.
    enum Phase: Equatable {
        /// The method's own tasks.
        case tasks
        /// A denotation graph.
        case graph
        /// `loss`.
        case ranking
    }

    /// The epochs of each phase; those of ranking are the rest.
    var phases: [(phase: Phase, epochs: Int)] {
        let graph = model.method == .uniterDG ? self.graph.epochs : 0
        return [
            (.tasks, pretraining.epochs), (.graph, graph),
            (.ranking, training.epochs - pretraining.epochs - graph),
        ]
    }

    /// What an epoch, from 0, learns by.
    func phase(epoch: Int) -> Phase {
        var end = 0
        for (phase, epochs) in phases {
            end += epochs
            if epoch < end { return phase }
        }
        return .ranking
    }

    /// Refuses what methods that learn from phrases cannot have.
    func checkPhrases(at place: ConfigurationPlace) throws(TrainingError) {
        guard model.method == .uniterDG else { return }
        let (key, before) = (place.key("graph").key("epochs"), pretraining.epochs)
        if graph.epochs == 0, loss.kind != .mined {
            throw key.invalid(
                expected: "at least 1, or loss.kind mined, as uniter_dg learns from a graph", found: "0")
        }
        if before + graph.epochs > training.epochs {
            throw key.invalid(
                expected: "at most \(training.epochs - before), what pretraining leaves of training.epochs",
                found: "\(graph.epochs)")
        }
    }

    /// Whether steps have passes of their own, which are not made of the scores of a batch's pairs alone.
    var hasPasses: Bool { phases.dropLast().contains { $0.epochs > 0 } || model.method == .tagsDC }
}
