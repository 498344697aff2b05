import AsCLBase
import TextEncoding
import Torch

/// DIME's weights as its authors' program saves them: a file a direction, each a list of the image encoder's parameters, the
/// text encoder's and the interaction's, so that names begin with `0.`, `1.` and `2.`.
enum PublishedDIME {
    /// The table of one direction.
    /// - Parameters:
    ///   - part: The direction's parameters here.
    ///   - normalizesSummaries: Whether the direction normalises images' global vectors; both have the parameters.
    static func rules(_ part: String, normalizesSummaries: Bool) -> [KeyRule] {
        let counts = KeyRule.Fate.left("how many batches were seen")
        return [
            KeyRule("0.bn.num_batches_tracked", counts),
            KeyRule("2.bn.num_batches_tracked", counts),
            KeyRule("0.fc.*", "\(part).image.region.*"),
            KeyRule(
                "0.bn.*",
                normalizesSummaries
                    ? .taken("\(part).image.global_norm.*") : .left("image to text has no use for it")),
            KeyRule("1.bert.*", .left("it is the frozen BERT, for which the text encoder serves")),
            KeyRule("1.fc.*", "\(part).text.direct.*"),
            KeyRule("1.mapping.*", "\(part).text.joint.*"),
            KeyRule("2.bn.*", "\(part).norm.*"),
            KeyRule("2.path_mapping.weight", .paths("\(part).path_code.weight")),
            KeyRule("2.path_mapping.bias", "\(part).path_code.bias"),
        ] + (0..<3).flatMap { convolution($0, part) } + (0..<3).flatMap { layer($0, part) }
    }

    /// Over so many words and one more.
    private static func convolution(_ place: Int, _ part: String) -> [KeyRule] {
        let (theirs, ours) = ("1.convs1.\(place).", "\(part).text.convolutions.\(place + 1).")
        return [
            KeyRule(theirs + "weight", .windows(ours + "weight", words: place + 1)),
            KeyRule(theirs + "bias", ours + "bias"),
        ]
    }

    private static func layer(_ place: Int, _ part: String) -> [KeyRule] {
        let (theirs, ours) = ("2.dynamic_itr_l\(place).", "\(part).layers.\(place).")
        let cells = [("ric", "identity"), ("glgc", "guidance"), ("imrc", "reasoning"), ("cmrc", "refinement")]
        let routers = cells.flatMap { cell, name in
            [("0", "hidden"), ("2", "output")].map { number, layer in
                KeyRule("\(theirs)\(cell).router.mlp.\(number).*", "\(ours)\(name).router.\(layer).*")
            }
        }
        let layers = [
            ("glgc.fc_1", "guidance.linear"), ("imrc.sa.att_layer.linears.0", "reasoning.query"),
            ("imrc.sa.att_layer.linears.1", "reasoning.key"), ("imrc.sa.att_layer.linears.2", "reasoning.value"),
            ("imrc.sa.feed_forward_layer.fc1", "reasoning.hidden"),
            ("imrc.sa.feed_forward_layer.fc2", "reasoning.output"), ("cmrc.refine.fc_scale", "refinement.scale"),
            ("cmrc.refine.fc_shift", "refinement.shift"), ("cmrc.refine.fc_1", "refinement.hidden"),
            ("cmrc.refine.fc_2", "refinement.output"),
        ].map { KeyRule("\(theirs)\($0).*", "\(ours)\($1).*") }
        return routers + layers + [KeyRule("\(theirs)glgc.fc_2.*", .left("their program never uses it"))]
    }

    /// The sizes of both directions' models, which are the first one's; the second is held to them.
    static func configuration(
        _ source: PublishedTensors, _ encoder: TextEncoder
    ) throws(InputError) -> BaselineConfiguration {
        let regions = try source.tensor("0.fc.weight", dimensions: 2).shape
        let words = try source.tensor("1.fc.weight", dimensions: 2).shape
        let table = source["1.bert.embeddings.word_embeddings.weight"]?.shape ?? [encoder.tokenizer.vocabularySize]
        guard words[1] == encoder.width, table[0] == encoder.tokenizer.vocabularySize else {
            throw InputError(
                path: source.path, place: "1.bert",
                expected: "\(encoder.tokenizer.vocabularySize) tokens of \(encoder.width) values, the text encoder's",
                found: "\(table[0]) of \(words[1])")
        }
        return BaselineConfiguration(
            .dime, jointDimension: regions[0], regionDimension: regions[1], globalDimension: regions[1],
            textDimension: encoder.width, vocabularySize: encoder.tokenizer.vocabularySize, maxTokens: 32,
            direction: .both)
    }
}

extension KeyRule.Fate {
    /// Weights of a convolution over words, `[D, 1, words, B]`, as those of words side by side, `[D, words * B]`.
    fileprivate static func windows(_ ours: String, words: Int) -> Self {
        .changed(ours, shape: "[D, 1, \(words), B]") { weights throws(TorchError) in
            let shape = weights.shape
            guard shape.count == 4, shape[1] == 1, shape[2] == words else { return nil }
            return try weights.reshaped([shape[0], words * shape[3]])
        }
    }

    /// Weights of paths, which stand path by path there, and here cell by cell.
    fileprivate static func paths(_ ours: String) -> Self {
        let count = DIMELayer.cellCount
        let square = (0..<count * count).map { $0 % count * count + $0 / count }
        let order = square + square.map { $0 + count * count } + (0..<count).map { 2 * count * count + $0 }
        return .changed(ours, shape: "[128, \(order.count)]") { weights throws(TorchError) in
            guard weights.shape.count == 2, weights.shape[1] == order.count else { return nil }
            return try weights.indexSelect(Tensor(order, shape: [order.count]), dimension: 1)
        }
    }
}
