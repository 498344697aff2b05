/// How a method is trained, whatever its architecture: what of the configuration a recipe sets. All recipes stand here.
struct Recipe: Sendable, Hashable {
    /// In paths.
    let name: String
    /// Behind the method's title.
    let title: String
    /// What it sets, as `--set` takes it.
    let settings: [String]

    private init(_ name: String, _ title: String, _ settings: [String]) {
        (self.name, self.title, self.settings) = (name, title, settings)
    }

    /// What the programs of VSE++, SCAN, IMRAM, DSRAN and DIME do: the hardest negative from the first step, losses summed over
    /// the batch, and the gradient clipped.
    static let authors = Recipe("authors", "authors' recipe", triplet(warmUp: 0))
    /// All negatives in the first epoch, the hardest alone only afterwards.
    static let warmUp = Recipe("warm-up", "warm-up", triplet(warmUp: 1))
    /// All negatives throughout.
    static let allNegatives = Recipe("all-negatives", "all negatives", triplet(warmUp: 1000))
    /// AsCL's loss, without generated samples.
    static let contrastive = Recipe(
        "contrastive", "contrastive", ["loss.kind=contrastive", "loss.positives=false", "loss.negatives=false"])

    /// What is tried of every method, the same for all; of AsCL in place of the first its own paper's.
    static let candidates = [
        authors, warmUp, allNegatives, contrastive, warmUp.threefold, contrastive.threefold,
    ]

    /// The best of the candidates, chosen by the validation Rsum of one seed on Flickr8k (`ascl experiment recipes` and
    /// `recipes-gru`; docs/results.md has the figures). What was not searched for takes what was best most often.
    static func best(of method: String) -> Recipe { method == "dsran" ? warmUp.threefold : contrastive.threefold }

    /// The same at three times the learning rate that the experiments' configuration has.
    private var threefold: Recipe {
        Recipe(name + "-threefold", title + ", rate x 3", settings + ["training.learning_rate=0.003"])
    }

    private static func triplet(warmUp epochs: Int) -> [String] {
        [
            "loss.kind=triplet", "loss.margin=0.2", "loss.reduction=sum", "loss.warmup_epochs=\(epochs)",
            "training.gradient_clip=2",
        ]
    }
}
