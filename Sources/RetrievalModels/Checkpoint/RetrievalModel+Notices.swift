package import AsCLBase

// What has to be told of texts that the model does not read whole, a line each.
extension RetrievalModel {
    /// Tokens that are read of a text, the two special ones among them.
    package var tokenLimit: Int { min(configuration.maxTokens, textEncoder.positionCount) }

    /// That the text encoder reads less than the configuration asks for.
    package var limitNotices: [String] {
        guard configuration.maxTokens > tokenLimit else { return [] }
        return ["max_tokens is \(configuration.maxTokens), but the text encoder has positions for \(tokenLimit)"]
    }

    /// That so many of some texts are cut.
    package func notices(cut: Int, of total: Int, _ texts: String) -> [String] {
        cut > 0 ? ["\(cut) of \(total) \(texts) are longer than \(tokenLimit) tokens and are cut"] : []
    }

    /// That the end of a sentence is not read, and that words of it say nothing to the model.
    package func notices(ofSentence sentence: String) throws(InputError) -> [String] {
        let tokens = try textEncoder.tokenizer.encode(sentence, maxTokens: .max).ids
        let (beyond, unknown) = (tokens.count - tokenLimit, tokens.count { $0 == textEncoder.tokenizer.unknown })
        return
            (beyond > 0
            ? [
                "the sentence has \(tokens.count) tokens, of which the last \(beyond) are not read: the model reads \(tokenLimit)"
            ]
            : []) + (unknown > 0 ? ["\(unknown) words of the sentence are unknown to the text encoder"] : [])
    }
}
