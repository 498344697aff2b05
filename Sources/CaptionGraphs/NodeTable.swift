/// Nodes while they are collected.
struct NodeTable {
    private var places: [PhraseKey: Int32] = [:]
    private var words: [[Int32]] = []
    private var captions: [[Int32]] = []

    var count: Int { words.count }

    func node(_ key: PhraseKey) -> Int32? { places[key] }

    mutating func add(_ text: [Int32], _ key: PhraseKey, caption: Int) -> Int32 {
        let place = places[key] ?? Int32(words.count)
        if Int(place) == words.count {
            places[key] = place
            words.append(text)
            captions.append([])
        }
        // A caption may make a phrase in two ways, one after the other.
        if captions[Int(place)].last != Int32(caption) { captions[Int(place)].append(Int32(caption)) }
        return place
    }

    /// All of it, short phrases first and then by their letters: an order that the captions' does not change.
    func sorted(
        _ types: [UInt64: String], _ vocabulary: Vocabulary
    ) -> ([DenotationGraph.Node], [DenotationGraph.Edge]) {
        let texts = words.map { vocabulary.text(of: $0) }
        let order = texts.indices.sorted { (words[$0].count, texts[$0]) < (words[$1].count, texts[$1]) }
        var numbers = [Int32](repeating: 0, count: order.count)
        for (number, place) in order.enumerated() { numbers[place] = Int32(number) }
        let edges = types.map { pair, type in
            DenotationGraph.Edge(
                parent: numbers[Int(pair >> 32)], child: numbers[Int(pair & 0xFFFF_FFFF)], type: type)
        }
        return (
            order.map { DenotationGraph.Node(text: texts[$0], captions: Set(captions[$0]).sorted()) }, edges
        )
    }
}
