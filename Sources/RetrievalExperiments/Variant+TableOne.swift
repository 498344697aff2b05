import RetrievalModels

// The paper's table 1: AsCL and every system that it is compared with, each by a recipe by which it learns where photos are
// few and minutes count. How their authors train them is what `ascl experiment baselines` tries.
extension Variant {
    /// In the paper's order, the re-ranker of LightningDOT's row before it, AsCL first, for the others are held against it.
    static let tableOne = [
        full, vse, cross("scan-t2i"), cross("imram"), cross("dsran"), dime, uniterContrastive, uniterDGContrastive,
        tagsDCContrastive, sohoContrastive, vistaLonger, cotsContrastive, lightningDOTContrastive,
        lightningDOTReranked, lexlipContrastive,
    ].compactMap(\.self)

    /// The same with about as much time for each as UNITER takes: more epochs where they are cheaper, but ten times as many
    /// at most, as vectors have learnt by heart by then what they were shown; fewer for DIME.
    static let tableOneAtEqualTime = atEqualTime(tableOne, [1.5, 10, 10, 4, 10, 0.5, 1, 1.5, 1, 2, 4, 4, 5, 1, 1])

    /// One of the architectures on the text encoder's words, by the best recipe that was found for it.
    private static func cross(_ name: String) -> Variant? {
        architectures(words: "encoder").first { $0.name == name }?.trained(by: .best(of: name))
    }

    private static let vse = cross("vse++")

    /// Both its directions, as in its paper. A pair is a pass through three layers, so that batches are small.
    private static let dime = Variant(
        "dime-contrastive-16", "DIME, contrastive",
        ["model.method=dime", "model.direction=both", "training.batch_size=16"] + Recipe.contrastive.settings,
        shortlists: vse.map { Shortlists(first: $0.name, above: 250_000) })

    /// What layers want that begin at random: not many of them, more epochs than others, a warm-up and a cosine.
    private static func layered(
        _ name: String, _ title: String, method: String, warmUp: Int, temperature: Double, _ more: [String] = [],
        shortlists: Shortlists? = nil, epochs: Double = 5, pretraining: Double = 0
    ) -> Variant {
        let settings = [
            "model.method=\(method)", "model.layers=2", "model.dropout=0", "loss.temperature=\(temperature)",
            "training.warmup_steps=\(warmUp)", "training.learning_rate_decay.shape=cosine",
        ]
        return Variant(
            name, title, settings + Recipe.contrastive.settings + more, shortlists: shortlists, epochs: epochs,
            pretraining: pretraining)
    }

    /// UNITER and what is like it: scores are no cosines, and every pair of a batch is a pass through all layers.
    private static func joint(
        _ name: String, _ title: String, method: String, _ more: [String] = [], epochs: Double = 5,
        pretraining: Double = 0
    ) -> Variant {
        layered(
            name, title, method: method, warmUp: 50, temperature: 1, ["training.batch_size=16"] + more,
            shortlists: Shortlists(first: lightningDOTContrastive.name, above: 2_000_000), epochs: epochs,
            pretraining: pretraining)
    }

    private static let uniterContrastive = joint("uniter-contrastive", "UNITER, contrastive", method: "uniter")

    /// An epoch of its graph comes first.
    private static let uniterDGContrastive = joint(
        "uniter-dg-contrastive", "UNITER+DG, its graph, contrastive", method: "uniter_dg")

    /// Masked words alone before, which it has to guess well to write anything.
    private static let tagsDCContrastive = joint(
        "tags-dc-contrastive", "TAGS-DC, masked words, contrastive", method: "tags_dc",
        ["pretraining.matching=0", "pretraining.regions=0", "pretraining.classes=0"], epochs: 2, pretraining: 5)

    private static let sohoContrastive = joint("soho-contrastive", "SOHO, contrastive", method: "soho")

    static let vistaLonger = layered(
        "vista-contrastive", "ViSTA", method: "vista", warmUp: 50, temperature: 0.07,
        ["training.learn_temperature=true"])

    static let cotsContrastive = layered(
        "cots-contrastive", "COTS, contrastive", method: "cots", warmUp: 20, temperature: 0.05)

    static let lightningDOTContrastive = layered(
        "lightningdot-contrastive", "LightningDOT alone, contrastive", method: "lightningdot", warmUp: 20,
        temperature: 1)

    /// The row that its paper has.
    private static let lightningDOTReranked = Variant(
        "lightningdot-reranked", "LightningDOT, re-ranked by UNITER", uniterContrastive.overrides,
        model: uniterContrastive.name, shortlists: Shortlists(first: lightningDOTContrastive.name, above: 0), epochs: 0)

    /// A head for guessing has to be learnt before weights of terms are any.
    static let lexlipContrastive = layered(
        "lexlip-contrastive", "LexLIP, its tasks, contrastive", method: "lexlip", warmUp: 20, temperature: 0.05,
        ["training.learning_rate=0.0005", "loss.sparsity=0.1"], epochs: 1, pretraining: 1)
}
