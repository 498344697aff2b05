import AsCLBase
import RetrievalData
import TextEncoding
import Torch

// What is written in pictures, for methods that read it.
extension RetrievalModel {
    /// What is written in a split's images, through the frozen text encoder; nil where nothing is.
    func sceneTexts(_ split: RetrievalSplit, _ indices: [Int]) throws -> SceneTexts? {
        guard configuration.sceneTokens > 0, split.hasSceneText else { return nil }
        var (images, tokens, boxes): ([Int], [[Int32]], [Float]) = ([], [], [])
        for (place, image) in indices.enumerated() {
            let words = split.sceneText(ofImage: image)
            guard !words.isEmpty else { continue }
            let read = try sceneTokens(words)
            images.append(place)
            tokens.append(read.ids)
            boxes += read.boxes.flatMap(\.self)
        }
        guard !images.isEmpty else { return nil }
        // Not `encode`, whose words may be a method's own.
        let words = try withoutGradients { try textEncoder.encode(tokens) }
        return try SceneTexts(
            images: images, words: words.replacingRows(words.rows.to(.float32)),
            boxes: Tensor(boxes, shape: [boxes.count / 4, 4]).to(device: device))
    }

    /// Words one after the other as one text: at most so many tokens as the method reads, with the box of each one's word.
    /// The tokens around the text are of the whole picture.
    func sceneTokens(_ words: [SceneWord]) throws -> (ids: [Int32], boxes: [[Float]]) {
        let tokenizer = textEncoder.tokenizer
        let frame = try tokenizer.encode("", maxTokens: 3).ids
        let whole: [Float] = [0, 0, 1, 1]
        let room = min(configuration.sceneTokens, textEncoder.positionCount) - frame.count
        var (ids, boxes): ([Int32], [[Float]]) = ([], [])
        for word in words where ids.count < room {
            let pieces = try tokenizer.encode(word.text, maxTokens: .max).ids.dropFirst().dropLast()
            let own = pieces.prefix(room - ids.count)
            ids += own
            boxes += own.map { _ in word.box.map { min(max($0, 0), 1) } }
        }
        return (frame.prefix(1) + ids + frame.suffix(1), [whole] + boxes + [whole])
    }

    /// The same model where other vectors of images are compared, by the name of each; none where a method has but one.
    package var otherViews: [(name: String, model: RetrievalModel)] {
        guard let vista = scorer as? ViSTA else { return [] }
        return [ViSTA.View.image, .fused].map { ($0.rawValue, RetrievalModel(self, scoring: vista.seen(as: $0))) }
    }

    private init(_ model: RetrievalModel, scoring scorer: any PairScorer) {
        self.scorer = scorer
        (parameters, textEncoder, device, features) = (
            model.parameters, model.textEncoder, model.device, model.features
        )
    }

    /// How much of a split's images has text, where the method reads it.
    func sceneTextNotices(_ split: RetrievalSplit) -> [String] {
        guard configuration.sceneTokens > 0 else { return [] }
        guard split.hasSceneText else { return ["\(split.name): no scene text; the images' own vectors serve"] }
        let count = (0..<split.imageCount).count { !split.sceneText(ofImage: $0).isEmpty }
        return ["\(split.name): scene text in \(count) of \(split.imageCount) images"]
    }
}
