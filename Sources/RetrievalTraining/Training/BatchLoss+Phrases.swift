import AsCLBase
import RetrievalModels
import Torch

// Steps of UNITER+DG and TAGS-DC.
extension BatchLoss {
    /// L of a denotation graph: `match` and, weighed, `specificity` and `links`.
    func graphValue(
        _ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        guard let scorer = scorer as? UNITER, let phrases else {
            throw TorchError(operation: "graph", reason: "expected a UNITER to learn from it")
        }
        let visits = phrases.visits(batch, &generator)
        var (images, texts) = (Numbering<Int>(), Numbering<PhraseSamples.Text>())
        let numbered = visits.map { visit in
            GraphBatch.Visit(
                text: texts.number(visit.text), image: images.number(visit.image),
                wrongImage: visit.wrongImage.map { images.number($0) },
                wrongText: visit.wrongText.map { texts.number($0) },
                parent: visit.parent.map { texts.number($0) }, stranger: visit.stranger.map { texts.number($0) })
        }
        let tokens = texts.items.map { text in
            switch text {
            case .caption(let caption): samples.tokens[caption]
            case .node(let node): phrases.tokens[Int(node)]
            }
        }
        let terms = try scorer.terms(
            of: GraphBatch(
                images: model.images(split, images.items), texts: samples.words.words(of: tokens), visits: numbered),
            specificity: configuration.graph.specificity, links: configuration.graph.links)
        return try TrainingLoss.Value(terms)
    }

    /// A loss with what TAGS-DC adds to it: masked words go on being guessed, and captions that the model writes are learned
    /// from.
    func withRefills(
        _ value: TrainingLoss.Value, _ batch: [Int], _ scorer: some PairScorer, _ generator: inout SeededGenerator
    ) throws -> TrainingLoss.Value {
        guard let learner = scorer as? UNITER, let writer = model.scorer as? UNITER, let phrases else {
            throw TorchError(operation: "refills", reason: "expected a UNITER to write them")
        }
        let images = batch.map { split.imageOfCaption[$0] }
        let pairs = try PairBatch(images: model.images(split, images), texts: words(batch), imageOfPair: images)
        let captions = try batch.map { try phrases.refill($0, samples.tokens) }
        var terms = try learner.terms(of: .words, on: pairs, &generator)
        terms += try learner.terms(
            of: captions, on: pairs.images, writtenBy: writer, configuration.refill.settings,
            margin: configuration.loss.margin, &generator)
        let sum = try terms.reduce(value.sum) { sum, term in
            try sum + term.value * configuration.refill.weight(term.name)
        }
        return TrainingLoss.Value(sum: sum, parts: value.parts + terms.map { ($0.name, $0.value) })
    }
}

/// Things by their numbers, in the order in which they come first.
private struct Numbering<Item: Hashable> {
    private(set) var items: [Item] = []
    private var numbers: [Item: Int] = [:]

    mutating func number(_ item: Item) -> Int {
        if let known = numbers[item] { return known }
        numbers[item] = items.count
        items.append(item)
        return items.count - 1
    }
}
