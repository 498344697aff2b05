import AsCLBase

/// What decides a text's tokens, gathered from the files of a folder with byte pair encoding.
struct BytePairDefinition {
    /// The file with the vocabulary.
    let path: String
    let vocabularySize: Int
    let normalizer: TextNormalizer
    let splitter: TextSplitter
    let model: BytePairModel
    let frame: TokenFrame
    let padding: Int32
    let padsLeft: Bool
    /// Every token that is found in a text literally.
    let added: [AddedToken]
    let notices: [String]

    /// A folder with a `vocab.json` and a `merges.txt`, which are CLIP's.
    init(clip directory: String) throws(InputError) {
        let configuration = try TokenizerConfiguration(directory: directory)
        let family = try TokenizerFamily(configuration, otherwise: .clip)
        let path = directory + "/vocab.json"
        guard case .object(let members) = try JSONReader.value(of: MappedFile(path: path)) else {
            throw InputError(path: path, place: "top level", expected: "an object", found: "another value")
        }
        let vocabulary = TokenNumbers(try TokenizerFile.tokens(members, at: "", in: path))
        let names = try SpecialTokens(configuration, family, vocabulary, [], path: path)
        guard family == .clip else {
            throw InputError(
                path: configuration.path, place: "tokenizer_class", expected: "CLIPTokenizer beside vocab.json",
                found: configuration.className ?? "none")
        }
        frame = TokenFrame(first: [try names.required("bos_token")], last: [try names.required("eos_token")])
        padding = try names.required("pad_token")
        let merges = try MergesFile(path: directory + "/merges.txt")
        model = try BytePairModel(
            vocabulary, merges: merges.merges, ending: "</w>", unknown: names["unk_token"], joinsUnknown: false,
            fallsBackToBytes: false, path: merges.path, place: merges.place)
        (normalizer, splitter) = (.clip, .clip(keepsSpecials: true))
        padsLeft = try configuration.padsLeft ?? family.padsLeft
        (added, vocabularySize) = (names.added, names.vocabularySize)
        (self.path, notices) = (path, [])
    }

    /// A folder with a `tokenizer.json`.
    init(_ file: TokenizerFile, _ directory: String) throws(InputError) {
        func wrong(_ place: String, _ expected: String, _ found: JSONValue?) -> InputError {
            InputError(path: file.path, place: place, expected: expected, found: found?.kind ?? "none")
        }
        let configuration = try TokenizerConfiguration(directory: directory)
        guard let settings = file["model"] else { throw wrong("model", "an object", nil) }
        for (key, wanted) in [("dropout", "none"), ("continuing_subword_prefix", "none or an empty one")] {
            guard (settings[key]?.string ?? settings[key]?.kind ?? "").isEmpty else {
                throw wrong("model.\(key)", wanted, settings[key])
            }
        }
        guard settings["ignore_merges"]?.bool != true else {
            throw wrong("model.ignore_merges", "false", settings["ignore_merges"])
        }
        let ending = settings["end_of_word_suffix"]?.string ?? ""
        let family = try TokenizerFamily(configuration, otherwise: ending.isEmpty ? .gemma : .clip)
        let vocabulary = TokenNumbers(file.vocabulary)
        let names = try SpecialTokens(configuration, family, vocabulary, file.added, path: file.path)
        var unknown: Int32?
        if let name = settings["unk_token"]?.string {
            unknown = names.number(name)
            guard unknown != nil else { throw wrong("model.unk_token", "a token of the vocabulary", .string(name)) }
        }
        model = try BytePairModel(
            vocabulary, merges: Self.merges(settings["merges"], file.path), ending: ending, unknown: unknown,
            joinsUnknown: settings["fuse_unk"]?.bool ?? false,
            fallsBackToBytes: settings["byte_fallback"]?.bool ?? false, path: file.path, place: { "model.merges.\($0)" }
        )
        let normalizer =
            try file["normalizer"].map { value throws(InputError) in
                try TextNormalizer(value, in: file.path)
            } ?? .steps([])
        let isTold = try configuration.isTrue("do_lower_case")
        let addsLowercase = (family == .siglip2 || family == .gemma && isTold) && !normalizer.lowercases
        self.normalizer = addsLowercase ? .steps([.lowercased, normalizer]) : normalizer
        notices =
            addsLowercase && isTold
            ? ["\(configuration.path): do_lower_case: true holds, and tokenizer.json says otherwise"] : []
        splitter =
            try file["pre_tokenizer"].map { value throws(InputError) in
                try TextSplitter(value, in: file.path)
            } ?? .whole
        frame = if let frame = file.frame { frame } else { try names.frame(configuration) }
        let padding = file["padding"]?["pad_id"]?.count.flatMap(Int32.init(exactly:))
        self.padding = if let padding { padding } else { try names.required("pad_token") }
        padsLeft = try configuration.padsLeft ?? file.padsLeft ?? family.padsLeft
        if let side = file["truncation"]?["direction"], side.string != "Right" {
            throw wrong("truncation.direction", "Right", side)
        }
        (added, vocabularySize, path) = (names.added, names.vocabularySize, file.path)
    }

    /// Merges, each a list of two tokens or, in files of earlier years, both with a blank between.
    private static func merges(_ value: JSONValue?, _ path: String) throws(InputError) -> [BytePairModel.Merge] {
        guard let values = value?.array else {
            throw InputError(path: path, place: "model.merges", expected: "a list", found: value?.kind ?? "none")
        }
        return try values.enumerated().map { index, value throws(InputError) in
            let tokens = value.array?.compactMap(\.string) ?? value.string.map(MergesFile.tokens) ?? []
            guard tokens.count == 2, value.array?.count ?? 2 == 2 else {
                throw InputError(
                    path: path, place: "model.merges.\(index)", expected: "two tokens", found: value.kind)
            }
            return (tokens[0], tokens[1])
        }
    }
}
