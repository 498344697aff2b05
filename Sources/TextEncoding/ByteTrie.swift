/// Byte strings with a number each, found by their prefixes.
struct ByteTrie: Sendable {
    /// A prefix of some string.
    struct Node: Hashable, Sendable {
        /// The empty prefix.
        static let root = Node(index: 0)
        fileprivate let index: Int32
    }

    private struct Edge: Hashable {
        let node: Node
        let byte: UInt8
    }

    private var children: [Edge: Node] = [:]
    /// The number of the string that ends at each node.
    private var tokens: [Int32?] = [nil]

    /// Adds a string; the number of one that stood there already is replaced.
    mutating func insert(_ bytes: some Sequence<UInt8>, token: Int32) {
        var node = Node.root
        for byte in bytes {
            let edge = Edge(node: node, byte: byte)
            if let child = children[edge] {
                node = child
            } else {
                node = Node(index: Int32(tokens.count))
                children[edge] = node
                tokens.append(nil)
            }
        }
        tokens[Int(node.index)] = token
    }

    /// The node that `bytes` lead to.
    func node(at bytes: some Sequence<UInt8>) -> Node? {
        var node = Node.root
        for byte in bytes {
            guard let child = children[Edge(node: node, byte: byte)] else { return nil }
            node = child
        }
        return node
    }

    /// The number of the string that ends at `node`.
    func token(_ node: Node) -> Int32? { tokens[Int(node.index)] }

    /// All strings, by their numbers.
    var strings: [Int32: [UInt8]] {
        var parents = [Edge?](repeating: nil, count: tokens.count)
        for (edge, child) in children { parents[Int(child.index)] = edge }
        var strings: [Int32: [UInt8]] = [:]
        for (index, token) in tokens.enumerated() {
            guard let token else { continue }
            var (bytes, node): ([UInt8], Int) = ([], index)
            while let edge = parents[node] {
                bytes.append(edge.byte)
                node = Int(edge.node.index)
            }
            strings[token] = bytes.reversed()
        }
        return strings
    }

    /// The longest string, at least one byte, that `bytes` go on with from `start`: its number and its bytes from there.
    func longestMatch(in bytes: ArraySlice<UInt8>, from start: Node) -> (token: Int32, length: Int)? {
        var longest: (token: Int32, length: Int)?
        forEachMatch(in: bytes, from: start) { longest = ($0, $1) }
        return longest
    }

    /// Every string, at least one byte, that `bytes` go on with from `start`, shorter ones first.
    func forEachMatch(
        in bytes: ArraySlice<UInt8>, from start: Node = .root, _ body: (_ token: Int32, _ length: Int) -> Void
    ) {
        var node = start
        for (offset, byte) in bytes.enumerated() {
            guard let child = children[Edge(node: node, byte: byte)] else { return }
            node = child
            if let token = token(node) { body(token, offset + 1) }
        }
    }
}
