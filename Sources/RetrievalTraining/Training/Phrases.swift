package import AsCLBase
import CaptionGraphs
package import RetrievalData
import RetrievalModels

/// What the phrases of a training's captions give to methods that learn from them; nothing to all others.
package struct Phrases: Sendable {
    /// What UNITER+DG learns from.
    let graph: ImageGraph?
    /// The units of each caption, bytes of UTF-8, which TAGS-DC masks.
    let units: [[Range<Int>]]?
    /// What has to be told of them, a line each.
    let notices: [String]

    /// Texts besides the captions that are learnt from.
    package var texts: [String] { graph?.texts ?? [] }

    /// Makes or reads what the configuration's method wants.
    /// - Throws: `InputError` that says how to get WordNet where it is missing, or what is wrong with a graph.
    package init(_ configuration: TrainingConfiguration, _ split: RetrievalSplit) throws(InputError) {
        let settings = configuration.graph
        switch configuration.model.method {
        case .uniterDG:
            let (graph, notes) = try Self.graph(settings, split)
            let images = try ImageGraph(
                graph, of: split, path: settings.path.isEmpty ? "captions of \(split.name)" : settings.path)
            let (alone, without) = (
                split.captionsOfImage.count { $0.count == 1 }, images.nodeOfCaption.count { $0 == nil }
            )
            let shared = images.images.count { $0.count > 1 }
            let of = settings.path.isEmpty ? "made of the captions" : settings.path
            notices =
                ["graph: \(of), \(images.texts.count) phrases and captions, \(shared) of two images or more"]
                + [
                    (alone, "images of one caption, which share phrases with others alone"),
                    (without, "captions that the graph does not have, which learn from random partners"),
                ].filter { $0.0 > 0 }.map { "graph: \($0.0) \($0.1)" } + notes
            (self.graph, units) = (images, nil)
        case .tagsDC:
            var chunker = CaptionChunker(wordNet: try WordNet(folder: settings.wordnet, option: "graph.wordnet"))
            var units: [[Range<Int>]] = []
            for caption in split.captions { units.append(chunker.units(of: caption).map(\.bytes)) }
            (graph, self.units, notices) = (nil, units, [])
        default:
            (graph, units, notices) = (nil, nil, [])
        }
    }

    private static func graph(
        _ settings: TrainingConfiguration.GraphSection, _ split: RetrievalSplit
    ) throws(InputError) -> (DenotationGraph, notes: [String]) {
        guard settings.path.isEmpty else { return (try DenotationGraph(folder: settings.path), []) }
        let images = split.captionsOfImage.enumerated().map { image, captions in
            (name: split.imageNames?[image] ?? "\(image)", captions: captions.map { split.captions[$0] })
        }
        let made = try DenotationGraph.making(
            of: images, wordNet: WordNet(folder: settings.wordnet, option: "graph.wordnet"))
        let notes = [
            (made.empty, "captions without a word, in no phrase"),
            (made.cut, "captions of too many parts or phrases, of which the shortest are made"),
        ]
        return (made.graph, notes.filter { $0.0 > 0 }.map { "graph: \($0.0) \($0.1)" })
    }
}
