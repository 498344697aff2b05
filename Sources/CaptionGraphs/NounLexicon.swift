import AsCLBase

/// The more general terms of nouns: those up the chain of a noun's first sense that captions use too.
struct NounLexicon {
    private let wordNet: WordNet
    private let headCounts: [String: Int]
    private var known: [String: [String]] = [:]

    /// - Parameter headCounts: How many times captions have each noun as a head.
    init(wordNet: WordNet, headCounts: [String: Int]) {
        self.wordNet = wordNet
        self.headCounts = headCounts
    }

    /// A noun's terms from the most general to itself.
    ///
    /// A term counts as its synset's where the synset is its own first sense, so that one way leads up from every word.
    mutating func terms(of noun: String) throws(InputError) -> [String] {
        if let terms = known[noun] { return terms }
        var terms = [noun]
        if !ClosedClasses.pronouns.contains(noun) {
            for synset in try wordNet.chain(of: noun).dropFirst() {
                let term = synset.words.first { word in
                    !ClosedClasses.abstract.contains(word) && wordNet.firstSense(of: word) == synset.offset
                        && (ClosedClasses.general.contains(word) || headCounts[word, default: 0] >= 2)
                }
                if let term { terms.append(term) }
            }
        }
        known[noun] = terms.reversed()
        return terms.reversed()
    }

    /// Whether "in X" means to wear X.
    func isWorn(_ noun: String) throws(InputError) -> Bool {
        try wordNet.chain(of: noun).contains { !ClosedClasses.worn.isDisjoint(with: $0.words) }
    }
}
