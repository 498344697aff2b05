/// Grows phrases step by step from the shortest, as long as two captions make them.
struct GraphMaker {
    /// A phrase as one caption makes it.
    private struct Instance: Hashable {
        let caption: Int
        let mask: UInt64
    }

    /// A caption is taken no further than this: two equal captions of twenty elements have a million phrases in common.
    static let mostPhrases = 1_000

    var vocabulary = Vocabulary()
    var captions: [PhraseElements] = []
    /// Where a phrase's instances begin in `waiting`, while one caption alone makes it; `isShared` afterwards.
    private var phrases: [PhraseKey: Int32] = [:]
    private var waiting: [(instance: Instance, next: Int32)] = []
    /// Phrases that two captions make, in the order in which they were found, and what says whether one was.
    private var grown: [Instance] = []
    private var isGrown: Set<Instance> = []
    private var ofCaption: [Int] = []
    private var isCut: [Bool] = []
    private var buffer: [Int32] = []

    private static let isShared: Int32 = -1
    private static let end: Int32 = -2

    /// Captions of which not all phrases were made.
    var cut: Int { isCut.count { $0 } }

    /// All nodes and edges.
    mutating func made() -> (nodes: [DenotationGraph.Node], edges: [DenotationGraph.Edge]) {
        ofCaption = [Int](repeating: 0, count: captions.count)
        isCut = captions.map(\.isCut)
        var roots: [Instance] = []
        for (index, caption) in captions.enumerated() {
            for root in caption.roots {
                caption.forEachCompletion(of: root) { roots.append(Instance(caption: index, mask: $0)) }
            }
        }
        for root in roots { offer(root) }
        var next = 0
        while next < grown.count {
            let parent = grown[next]
            let caption = captions[parent.caption]
            caption.forEachStep(from: parent.mask) { mask, _ in
                offer(Instance(caption: parent.caption, mask: mask))
            }
            next += 1
        }
        // The shortest phrases stand in the graph even where no other caption makes them.
        let instances = (roots.filter { !isGrown.contains($0) } + grown).sorted { $0.caption < $1.caption }
        return graph(of: instances)
    }

    private mutating func key(_ instance: Instance) -> PhraseKey {
        captions[instance.caption].words(of: instance.mask, into: &buffer)
        return PhraseKey(buffer)
    }

    /// Takes a phrase in where another caption has made it, else keeps it until one does.
    private mutating func offer(_ instance: Instance) {
        let key = key(instance)
        let first = phrases[key] ?? Self.end
        guard first != Self.isShared else { return grow(instance) }
        var (place, isNew) = (first, true)
        while place >= 0 {
            let other = waiting[Int(place)]
            if other.instance.caption != instance.caption {
                phrases[key] = Self.isShared
                growAll(from: first)
                return grow(instance)
            }
            if other.instance == instance { isNew = false }
            place = other.next
        }
        guard isNew else { return }
        phrases[key] = Int32(waiting.count)
        waiting.append((instance, first))
    }

    private mutating func growAll(from first: Int32) {
        var place = first
        while place >= 0 {
            grow(waiting[Int(place)].instance)
            place = waiting[Int(place)].next
        }
    }

    private mutating func grow(_ instance: Instance) {
        guard !isGrown.contains(instance) else { return }
        guard ofCaption[instance.caption] < Self.mostPhrases else {
            isCut[instance.caption] = true
            return
        }
        ofCaption[instance.caption] += 1
        isGrown.insert(instance)
        grown.append(instance)
    }

    /// Nodes and edges of instances that stand caption after caption.
    private mutating func graph(of instances: [Instance]) -> ([DenotationGraph.Node], [DenotationGraph.Edge]) {
        var table = NodeTable()
        var nodeOf: [Int32] = []
        for instance in instances {
            let key = key(instance)
            nodeOf.append(table.add(buffer, key, caption: instance.caption))
        }
        let phraseCount = table.count
        var types: [UInt64: String] = [:]
        func connect(_ parent: Int32, _ child: Int32, _ type: String) {
            guard parent != child else { return }
            let pair = UInt64(parent) << 32 | UInt64(child)
            types[pair] = types[pair].map { min($0, type) } ?? type
        }
        var next = 0
        for (index, caption) in captions.enumerated() where !caption.caption.isEmpty {
            var (nodes, hasChild) = (Set<Int32>(), Set<Int32>())
            while next < instances.count, instances[next].caption == index {
                let parent = nodeOf[next]
                nodes.insert(parent)
                caption.forEachStep(from: instances[next].mask) { mask, type in
                    caption.words(of: mask, into: &buffer)
                    guard let child = table.node(PhraseKey(buffer)), child < phraseCount else { return }
                    connect(parent, child, type)
                    hasChild.insert(parent)
                }
                next += 1
            }
            let whole = table.add(caption.caption, PhraseKey(caption.caption), caption: index)
            for node in nodes.subtracting(hasChild) { connect(node, whole, "ORIG") }
        }
        return table.sorted(types, vocabulary)
    }
}
