package import TextEncoding
package import Torch

/// Phrases and captions of a denotation graph, and images that they denote and do not.
package struct GraphBatch: Sendable {
    /// y as it was drawn, with an image x of [y]. All numbers are places among `texts` or `images`.
    package struct Visit: Sendable {
        let text, image: Int
        /// x', an image outside [y], and y', a text whose denotation does not hold x.
        let wrongImage, wrongText: Int?
        /// p, of which y says more, and a text of y's level that is no child of p.
        let parent, stranger: Int?

        /// Joins them; what there is none of is left out of the loss.
        package init(text: Int, image: Int, wrongImage: Int?, wrongText: Int?, parent: Int?, stranger: Int?) {
            (self.text, self.image) = (text, image)
            (self.wrongImage, self.wrongText) = (wrongImage, wrongText)
            (self.parent, self.stranger) = (parent, stranger)
        }
    }

    /// Raw features.
    package let images: ImageBatch
    /// Raw words.
    package let texts: TextBatch
    /// One at least.
    package let visits: [Visit]

    /// Joins them.
    package init(images: ImageBatch, texts: TextBatch, visits: [Visit]) {
        (self.images, self.texts, self.visits) = (images, texts, visits)
    }
}

// What UNITER+DG (Zhang et al.: Learning to Represent Image and Text with Denotation Graph, EMNLP 2020) learns from a graph,
// the exact form of which is decided here (docs/method.md, Baselines). With sigma the logistic function and n visits,
//
//     match        1/n sum -log sigma(S(x, y)) - 1/2 log sigma(-S(x', y)) - 1/2 log sigma(-S(x, y'))
//     specificity  mean over visits with a parent of (S(x, p) - S(x, y))+
//     links        mean of -log sigma(e(p, y)), -log sigma(-e(y, p)), -log sigma(-e(p, stranger))
extension UNITER {
    /// These terms.
    /// - Parameters:
    ///   - specificity: What the second weighs.
    ///   - links: What the third weighs.
    package func terms(
        of graph: GraphBatch, specificity: Double, links: Double
    ) throws(TorchError) -> [TaskTerm] {
        let visits = graph.visits
        let (parented, device) = (visits.filter { $0.parent != nil }, graph.images.regions.device)
        let (wrongImages, wrongTexts) = (
            visits.compactMap { visit in visit.wrongImage.map { (visit.text, $0) } },
            visits.compactMap { visit in visit.wrongText.map { ($0, visit.image) } }
        )
        let pairs =
            visits.map { ($0.text, $0.image) } + wrongImages + wrongTexts
            + parented.map { ($0.parent ?? 0, $0.image) }
        let scores = try scores(of: pairs, graph).split(
            [visits.count, wrongImages.count, wrongTexts.count, parented.count])
        let wrong = try (scores[1].softplus().sum() + scores[2].softplus().sum()) * 0.5
        let match = try (scores[0].negated().softplus().sum() + wrong) * (1 / Double(visits.count))
        let matchTerm = TaskTerm("match", match)
        guard !parented.isEmpty else { return [matchTerm] }
        let own = visits.indices.filter { visits[$0].parent != nil }
        let specific = try scores[0].indexSelect(Tensor(own, shape: [own.count]).to(device: device))
        return try [
            matchTerm,
            TaskTerm("specificity", (scores[3] - specific).relu().mean(), weight: specificity),
            TaskTerm("links", linkLoss(parented, graph.texts), weight: links),
        ]
    }

    /// S `[pairs]` of texts and images.
    private func scores(of pairs: [(text: Int, image: Int)], _ graph: GraphBatch) throws(TorchError) -> Tensor {
        let images = try scorable(graph.images, in: .fp32)
        let places = try Tensor(pairs.map(\.image), shape: [pairs.count]).to(device: images.device)
        let texts = try scorable(graph.texts.selecting(pairs.map(\.text)), in: .fp32)
        return try self.scores(pooled: joint.pooled(texts, images.indexSelect(places), training: isTraining))
    }

    private func linkLoss(_ visits: [GraphBatch.Visit], _ texts: TextBatch) throws(TorchError) -> Tensor {
        guard let link else { throw TorchError(operation: "links", reason: "expected uniter_dg") }
        let strangers = visits.filter { $0.stranger != nil }
        let named = visits.map { $0.parent ?? 0 } + visits.map(\.text) + strangers.map { $0.stranger ?? 0 }
        let words = try scorable(texts.selecting(named), in: .fp32)
        let states = try joint.states(words, training: isTraining).selected(1, 0)
            .split([visits.count, visits.count, strangers.count])
        let with = visits.indices.filter { visits[$0].stranger != nil }
        let parents = try states[0].indexSelect(Tensor(with, shape: [with.count]).to(device: states[0].device))
        return try Tensor.concatenated([
            link(states[0], states[1]).negated().softplus(), link(states[1], states[0]).softplus(),
            link(parents, states[2]).softplus(),
        ]).mean()
    }
}

extension Tensor {
    /// log(1 + e^x) `[n]`, which is -log sigma(-x).
    func softplus() throws(TorchError) -> Tensor { try Tensor.stacked([self, zerosLike()], dimension: 1).logSumExp(1) }

    /// -x.
    func negated() throws(TorchError) -> Tensor { try self * -1 }
}
