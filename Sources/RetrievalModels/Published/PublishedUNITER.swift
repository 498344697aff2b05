import AsCLBase
import TextEncoding
import Torch

/// UNITER's weights as its authors publish them, pre-trained (`uniter-base.pt`, `uniter-large.pt`) or as their program
/// saves them after fine-tuning for retrieval.
enum PublishedUNITER {
    /// What the file may lack: a model that was fine-tuned guesses nothing.
    static let optional = ["heads.mlm.", "heads.regression."]

    /// The table. BERT's names are the same on both sides.
    static func rules(_ vocabulary: CutVocabulary) -> [KeyRule] {
        [
            KeyRule(
                "uniter.embeddings.word_embeddings.weight",
                .rows(of: vocabulary, "joint.embeddings.word_embeddings.weight")),
            KeyRule("uniter.embeddings.*", "joint.embeddings.*"),
            KeyRule("uniter.img_embeddings.mask_embedding.weight", .second("joint.image.mask_embedding")),
            KeyRule("uniter.img_embeddings.*", "joint.image.*"),
            KeyRule("uniter.encoder.*", "joint.encoder.*"),
            KeyRule("uniter.pooler.*", "joint.pooler.*"),
            KeyRule("cls.predictions.transform.*", "heads.mlm.*"),
            KeyRule("cls.predictions.bias", .rows(of: vocabulary, "heads.mlm.bias")),
            KeyRule("cls.predictions.decoder.weight", .left("the table of words once more")),
            KeyRule("itm_output.*", "heads.match.*"),
            KeyRule("rank_output.*", .joined),
        ] + regions
    }

    /// What guesses regions, which LightningDOT has by the same names.
    static var regions: [KeyRule] {
        [
            KeyRule("feat_regress.net.0.*", "heads.regression.dense.*"),
            KeyRule("feat_regress.net.2.*", "heads.regression.LayerNorm.*"),
            KeyRule("feat_regress.bias", "heads.regression.bias"),
            KeyRule("feat_regress.weight", .left("the layer that regions are read with once more")),
            KeyRule("region_classifier.net.0.*", "heads.classes.dense.*"),
            KeyRule("region_classifier.net.2.*", "heads.classes.LayerNorm.*"),
            KeyRule("region_classifier.net.3.*", "heads.classes.output.*"),
        ]
    }

    /// A file of weights. Their program takes names that begin as BERT's own, too.
    static func tensors(_ path: String) throws -> PublishedTensors {
        try PublishedTensors(path: path) { $0.hasPrefix("bert.") ? "uniter." + $0.dropFirst("bert.".count) : $0 }
    }

    /// The sizes of a file's model.
    static func configuration(
        _ source: PublishedTensors, _ vocabulary: CutVocabulary
    ) throws(InputError) -> JointConfiguration {
        try .published(
            .uniter, source, vocabulary, words: "uniter.embeddings.", regions: "uniter.img_embeddings.",
            layers: "uniter.encoder.layer.")
    }

    /// The file's tensors by our names. After fine-tuning the score is a layer's of its own, which goes where the score is
    /// read here.
    static func translated(_ source: PublishedTensors, _ vocabulary: CutVocabulary) throws -> TranslatedTensors {
        var result = try TranslatedTensors(source, rules(vocabulary))
        for (name, dimensions) in [("weight", 2), ("bias", 1)] where source["rank_output.\(name)"] != nil {
            let rank = try source.tensor("rank_output.\(name)", dimensions: dimensions)
            let match = try source.tensor("itm_output.\(name)", dimensions: dimensions)
            guard match.shape[0] == 2, rank.shape == [1] + match.shape.dropFirst() else {
                throw InputError(
                    path: source.path, place: "rank_output.\(name)",
                    expected: "a row of itm_output.\(name), \(match.shape)", found: "\(rank.shape)")
            }
            result.set("heads.match.\(name)", try .concatenated([match.sliced(0, 0..<1), rank]))
        }
        return result
    }
}

extension KeyRule.Fate {
    /// The rows of a vocabulary's tokens, in its order.
    static func rows(of vocabulary: CutVocabulary, _ ours: String) -> Self {
        .changed(ours, shape: "\(vocabulary.size) rows, the text encoder's tokens") { table throws(TorchError) in
            // Programs of this kind may fill tables up to a multiple of eight.
            guard let count = table.shape.first, (vocabulary.size..<vocabulary.size + 8).contains(count) else {
                return nil
            }
            return try table.indexSelect(Tensor(vocabulary.tokens, shape: [vocabulary.count]))
        }
    }

    /// The second row of two: the first is what is added to a region that is not masked, zeros.
    static func second(_ ours: String) -> Self {
        .changed(ours, shape: "two rows") { rows throws(TorchError) in
            rows.shape.count == 2 && rows.shape[0] == 2 ? try rows.selected(0, 1) : nil
        }
    }
}

extension JointConfiguration {
    /// The sizes of published weights, by the beginnings of their names.
    static func published(
        _ method: Method, _ source: PublishedTensors, _ vocabulary: CutVocabulary, words: String, regions: String,
        layers: String
    ) throws(InputError) -> JointConfiguration {
        let words = try source.words(words)
        let features = try source.tensor(regions + "img_linear.weight", dimensions: 2)
        let classes =
            source["region_classifier.net.3.bias"] == nil
            ? 0 : try source.tensor("region_classifier.net.3.bias", dimensions: 1).shape[0]
        return JointConfiguration(
            method, jointDimension: words.width, layers: source.count(behind: layers), heads: words.heads,
            regionDimension: features.shape[1], globalDimension: features.shape[1], textDimension: words.width,
            maxTokens: words.places, vocabulary: vocabulary, transportWeight: method == .uniter ? 0.1 : 0,
            classes: classes)
    }
}

extension PublishedTensors {
    /// Of BERT-base and -large, and told by no tensor's shape.
    private static let headWidth = 64

    /// The sizes that a table of words and one of positions tell.
    func words(_ beginning: String) throws(InputError) -> (width: Int, heads: Int, places: Int) {
        let width = try tensor(beginning + "word_embeddings.weight", dimensions: 2).shape[1]
        let places = try tensor(beginning + "position_embeddings.weight", dimensions: 2).shape[0]
        guard width % Self.headWidth == 0 else {
            throw InputError(
                path: path, place: beginning + "word_embeddings.weight",
                expected: "a width that is a multiple of \(Self.headWidth), as BERT's heads have", found: "\(width)")
        }
        return (width, width / Self.headWidth, places)
    }
}
