import AsCLBase
package import RetrievalModels

extension PictureCollection {
    /// Whether the model that answers lets words and regions attend to each other, and so can say what met what.
    /// Told from its configuration alone, so that a model that rests is left alone.
    package var explains: Bool {
        get throws {
            guard let checkpoint = try home.answeringModel()?.checkpoint else { return false }
            return try RetrievalModel.explains(checkpoint: checkpoint.path)
        }
    }

    /// Which words of a sentence met which regions of a picture. Nil where the model that answers cannot say.
    /// - Throws: `InputError` for a blank sentence, for a number of no picture, and where its features are damaged.
    package func explain(picture: Int64, sentence: String) throws -> Explanation? {
        try explain(pictures: [picture], sentence: sentence)?.first
    }

    /// An answer to one sentence, with explanations of its hits. Nil where the model that answers cannot say.
    package func explained(_ answer: SearchAnswer, sentence: String) throws -> SearchAnswer? {
        guard let explanations = try explain(pictures: answer.hits.map(\.picture.id), sentence: sentence) else {
            return nil
        }
        var answer = answer
        for (place, explanation) in explanations.enumerated() { answer.hits[place].explanation = explanation }
        return answer
    }

    private func explain(pictures: [Int64], sentence: String) throws -> [Explanation]? {
        guard !sentence.allSatisfy(\.isWhitespace) else {
            throw InputError(place: "sentence", expected: "words", found: "only blanks")
        }
        guard let second = try current().second, let explain = try Explainer(second.trained.model, sentence) else {
            return nil
        }
        let found = try second.features.records(of: pictures)
        return try pictures.compactMap { picture in
            guard let record = found.value.records[picture] else {
                if found.value.damaged.contains(picture) || !found.missing.isEmpty {
                    throw InputError(
                        path: home.name, place: "features of picture \(picture)", expected: "what was computed of it",
                        found: found.missing.first ?? "nothing, or what was damaged: `ascl index` mends that")
                }
                throw InputError(
                    place: "picture", expected: "the number of a picture of the index", found: "\(picture)")
            }
            let sides = second.features.boxes(record)
            let boxes = stride(from: 0, to: sides.count, by: 4).map { Array(sides[$0..<min($0 + 4, sides.count)]) }
            return try explain(second.features.batch(record, on: second.trained.model.device), boxes: boxes)
        }
    }
}
