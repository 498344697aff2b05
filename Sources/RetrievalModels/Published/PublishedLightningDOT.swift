import AsCLBase
import TextEncoding
import Torch

/// LightningDOT's weights as its authors publish them, pre-trained (`LightningDot.pt`) or fine-tuned for retrieval
/// (`flickr-ft.pt`, `coco-ft.pt`).
enum PublishedLightningDOT {
    /// What the file may lack, or has in another form.
    static let optional = ["heads.mlm.", "heads.regression."]

    /// The table. BERT's names are the same on both sides.
    static func rules(_ vocabulary: CutVocabulary) -> [KeyRule] {
        let (image, text) = ("img_model.bert.", "txt_model.bert.")
        let unused = "the towers read first states as they are"
        return [
            KeyRule(image + "img_embeddings.mask_embedding.weight", .second("image.embeddings.mask_embedding")),
            KeyRule(image + "img_embeddings.*", "image.embeddings.*"),
            KeyRule(image + "embeddings.LayerNorm.*", "image.embeddings.start_norm.*"),
            KeyRule(image + "embeddings.*", .joined),
            KeyRule(image + "encoder.*", "image.encoder.*"),
            KeyRule(image + "pooler.*", .left(unused)),
            KeyRule(
                text + "embeddings.word_embeddings.weight",
                .rows(of: vocabulary, "text.embeddings.word_embeddings.weight")),
            KeyRule(text + "embeddings.position_ids", .left("whole numbers in their order")),
            KeyRule(text + "embeddings.*", "text.embeddings.*"),
            KeyRule(text + "encoder.*", "text.encoder.*"),
            KeyRule(text + "pooler.*", .left(unused)),
            KeyRule("cls.*", .left("it guesses words by the image tower's table; here the text tower's serves")),
            KeyRule("itm_output.*", .left("nothing here is told by it")),
        ] + projection("img_model.encode_proj.", "image.projection.")
            + projection("txt_model.encode_proj.", "text.projection.") + PublishedUNITER.regions
    }

    private static func projection(_ theirs: String, _ ours: String) -> [KeyRule] {
        [("0", "inner"), ("2", "LayerNorm"), ("3", "output")].map {
            KeyRule(theirs + $0 + ".*", ours + $1 + ".*")
        }
    }

    /// A file of weights; all names begin with `bert.` where it is not fine-tuned.
    static func tensors(_ path: String) throws -> PublishedTensors {
        try PublishedTensors(path: path) {
            $0.hasPrefix("bert.img_model.") || $0.hasPrefix("bert.txt_model.")
                ? String($0.dropFirst("bert.".count)) : $0
        }
    }

    /// The sizes of a file's model.
    static func configuration(
        _ source: PublishedTensors, _ vocabulary: CutVocabulary
    ) throws(InputError) -> JointConfiguration {
        try .published(
            .lightningDOT, source, vocabulary, words: "txt_model.bert.embeddings.",
            regions: "img_model.bert.img_embeddings.", layers: "img_model.bert.encoder.layer.")
    }

    /// The file's tensors by our names. The image tower's first place, a learnt vector here, reads the token `[CLS]` there:
    /// the sum of what its tables say of it. The score has no scale there.
    /// - Parameter first: `[CLS]`.
    static func translated(
        _ source: PublishedTensors, _ vocabulary: CutVocabulary, first: Int
    ) throws -> TranslatedTensors {
        var result = try TranslatedTensors(source, rules(vocabulary))
        func row(_ name: String, _ row: Int) throws -> Tensor {
            let place = "img_model.bert.embeddings.\(name).weight"
            let table = try source.tensor(place, dimensions: 2)
            guard row < table.shape[0] else {
                throw InputError(
                    path: source.path, place: place, expected: "more than \(row) rows", found: "\(table.shape[0])")
            }
            return try table.selected(0, row).to(.float32)
        }
        let (word, place) = (try row("word_embeddings", first), try row("position_embeddings", 0))
        let (text, image) = (try row("token_type_embeddings", 0), try row("token_type_embeddings", 1))
        guard word.shape == place.shape, word.shape == text.shape else {
            throw InputError(
                path: source.path, place: "img_model.bert.embeddings", expected: "tables of one width",
                found: "\(word.shape), \(place.shape) and \(text.shape)")
        }
        result.set("image.embeddings.start", try word + place + text)
        result.set("image.embeddings.kind", image)
        result.set("scale", try .full([], 1))
        return result
    }
}
