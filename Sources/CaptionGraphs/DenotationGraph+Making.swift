package import AsCLBase

extension DenotationGraph {
    /// A graph made of captions, and what is to be told of its making.
    package struct Made: Sendable {
        /// The graph.
        package let graph: DenotationGraph
        /// How many units of each kind the captions have.
        package let units: [CaptionChunker.Unit.Kind: Int]
        /// Captions without a word: they are in no node.
        package let empty: Int
        /// Captions in which no noun or verb was found: they are in the node of the whole caption alone.
        package let withoutUnits: Int
        /// Captions that were too long, or had too many phrases in common with others, to make all of them.
        package let cut: Int
        /// Images that have one caption.
        package let imagesOfOneCaption: Int
    }

    /// The graph of the captions of images by their names.
    ///
    /// The shortest phrases of every caption and the caption itself are nodes; between them stands what at least two captions
    /// make. The order of images or captions changes numbers of captions, nothing else, as long as no caption reaches
    /// `GraphMaker.mostPhrases`: which of its phrases are made then depends on what came before.
    package static func making(
        of images: [(name: String, captions: [String])], wordNet: WordNet
    ) throws(InputError) -> Made {
        if let name = images.first(where: { $0.name.contains { $0 == "\t" || $0.isNewline } })?.name {
            throw InputError(place: "image \(name)", expected: "a name without tabs and line breaks", found: "one")
        }
        var chunker = CaptionChunker(wordNet: wordNet)
        var (units, counts) = ([CaptionChunker.Unit.Kind: Int](), [String: Int]())
        var (empty, withoutUnits) = (0, 0)
        for caption in images.flatMap(\.captions) {
            let (words, chunks) = chunker.chunks(of: caption)
            for case .noun(let phrase) in chunks { counts[phrase.lemma, default: 0] += 1 }
            for unit in CaptionChunker.units(words, chunks) { units[unit.kind, default: 0] += 1 }
            if words.isEmpty { empty += 1 }
        }
        var (lexicon, maker) = (NounLexicon(wordNet: wordNet, headCounts: counts), GraphMaker())
        for caption in images.flatMap(\.captions) {
            let (words, chunks) = chunker.chunks(of: caption)
            var elements = try ElementParser.elements(
                of: words, chunks, lexicon: &lexicon, vocabulary: &maker.vocabulary)
            if elements.roots.isEmpty, !words.isEmpty {
                withoutUnits += 1
                elements.caption = words.flatMap { maker.vocabulary.numbers(of: $0.text) }
            }
            maker.captions.append(elements)
        }
        let names = images.flatMap { image in image.captions.indices.map { "\(image.name)#\($0)" } }
        let (nodes, edges) = maker.made()
        guard !nodes.isEmpty else { throw InputError(place: "captions", expected: "words", found: "none in any") }
        return Made(
            graph: try DenotationGraph(nodes: nodes, edges: edges, captionNames: names, path: "captions"),
            units: units, empty: empty, withoutUnits: withoutUnits, cut: maker.cut,
            imagesOfOneCaption: images.count { $0.captions.count == 1 })
    }
}
