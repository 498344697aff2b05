import AsCLBase

/// The special tokens before and behind every text (a `tokenizer.json`'s `post_processor`).
struct TokenFrame: Sendable {
    var first: [Int32] = []
    var last: [Int32] = []
    /// How many there are.
    var count: Int { first.count + last.count }
}

extension TokenFrame {
    /// The frame of one text, from any of the post-processors that BERT's, CLIP's and SigLIP's files have.
    init(_ value: JSONValue, in path: String) throws(InputError) {
        func number(_ id: JSONValue?) -> Int32? { id?.count.flatMap(Int32.init(exactly:)) }
        let frame: TokenFrame? =
            switch value["type"]?.string {
            case "BertProcessing", "RobertaProcessing":
                if let first = number(value["cls"]?.array?.last), let last = number(value["sep"]?.array?.last) {
                    TokenFrame(first: [first], last: [last])
                } else {
                    nil
                }
            case "TemplateProcessing": Self.template(value, number)
            default: nil
            }
        guard let frame else {
            throw InputError(
                path: path, place: "post_processor", expected: "special tokens around one text",
                found: value["type"]?.kind ?? value.kind)
        }
        self = frame
    }

    private static func template(_ value: JSONValue, _ number: (JSONValue?) -> Int32?) -> TokenFrame? {
        guard let pieces = value["single"]?.array,
            let text = pieces.firstIndex(where: { $0["Sequence"] != nil })
        else { return nil }
        func special(_ pieces: ArraySlice<JSONValue>) -> [Int32]? {
            var ids: [Int32] = []
            for piece in pieces {
                guard let name = piece["SpecialToken"]?["id"]?.string,
                    let numbers = value["special_tokens"]?[name]?["ids"]?.array?.map(number), !numbers.contains(nil)
                else { return nil }
                ids += numbers.compactMap(\.self)
            }
            return ids
        }
        guard let first = special(pieces[..<text]), let last = special(pieces[(text + 1)...]) else { return nil }
        return TokenFrame(first: first, last: last)
    }
}
