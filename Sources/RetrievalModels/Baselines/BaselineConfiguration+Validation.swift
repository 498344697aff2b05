package import AsCLBase

extension BaselineConfiguration {
    /// The keys of `config.json`.
    package static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }

    /// Refuses what cannot be.
    /// - Parameter path: The file that says it, for errors.
    package func validate(path: String) throws(InputError) {
        func require(_ holds: Bool, _ key: CodingKeys, _ expected: String, _ found: Any) throws(InputError) {
            if !holds {
                throw InputError(path: path, place: key.rawValue, expected: expected, found: "\(found)")
            }
        }
        let baselines = Method.allCases.filter(\.isBaseline).map(\.rawValue).joined(separator: ", ")
        try require(method.isBaseline, .method, "one of \(baselines)", method.rawValue)
        try require(jointDimension >= 1, .jointDimension, "at least 1", jointDimension)
        let heads = method == .dsran ? DSRANGraphAttention.heads : method == .dime ? DIMEReasoning.heads : 1
        try require(
            jointDimension % heads == 0, .jointDimension, "a multiple of \(heads) for \(method.rawValue)",
            jointDimension)
        try require(regionDimension >= 1, .regionDimension, "at least 1", regionDimension)
        try require(globalDimension >= 1, .globalDimension, "at least 1", globalDimension)
        try require(textDimension >= 1, .textDimension, "at least 1", textDimension)
        // Tokens reach the word embeddings as float32, whose whole numbers end there.
        try require(
            (1...1 << 24).contains(vocabularySize), .vocabularySize, "1 to \(1 << 24) tokens", vocabularySize)
        try require(maxTokens >= 3, .maxTokens, "at least 3", maxTokens)
        let ownWords = ![.dime, .dualEncoder, .lexicon].contains(method)
        try require(ownWords || words == .encoder, .words, "encoder for \(method.rawValue)", words.rawValue)
        if let querybank {
            try require(method == .dualEncoder, .querybank, "no such key for \(method.rawValue)", "one")
            try require(querybank.size >= 1, .querybank, "a size of at least 1", querybank.size)
            let temperature = querybank.temperature
            try require(temperature > 0 && temperature.isFinite, .querybank, "a temperature above 0", temperature)
        }
        guard let lexicon else { return }
        try require(method == .lexicon, .lexicon, "no such key for \(method.rawValue)", "\(lexicon.count) tokens")
        let isAscending = zip(lexicon, lexicon.dropFirst()).allSatisfy(<)
        let isWithin = lexicon.allSatisfy((0..<vocabularySize).contains)
        try require(
            !lexicon.isEmpty && isAscending && isWithin, .lexicon,
            "ascending tokens below vocabulary_size \(vocabularySize)",
            lexicon.isEmpty ? "none" : isWithin ? "unordered ones" : "others")
    }
}
