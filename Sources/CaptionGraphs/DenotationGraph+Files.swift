package import AsCLBase
import Foundation

/// The files of the public pipeline (aylai/DenotationGraph): `node.idx`, `node-cap.map` and `node-tree.txt`, columns parted by
/// tabs. What else it leaves beside them is not read.
extension DenotationGraph {
    private static let nodesFile = "node.idx"
    private static let captionsFile = "node-cap.map"
    private static let edgesFile = "node-tree.txt"

    /// Whether a folder is a graph's.
    package static func isGraph(_ folder: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(folder)/\(nodesFile)")
    }

    /// Reads a graph's folder, ours or the public pipeline's. Node numbers may have gaps; they are closed in their order.
    package init(folder: String) throws(InputError) {
        var (nodes, places) = ([Node](), [Substring: Int]())
        try Self.forEachLine("\(folder)/\(Self.nodesFile)", "a number, a tab and a phrase") { fields in
            guard fields.count == 2, Int(fields[0]) != nil, places.updateValue(nodes.count, forKey: fields[0]) == nil
            else { return false }
            nodes.append(Node(text: String(fields[1]), captions: []))
            return true
        }
        var (captions, names) = ([Substring: Int32](), [String]())
        try Self.forEachLine(
            "\(folder)/\(Self.captionsFile)", "a node of \(Self.nodesFile) and captions image#number"
        ) { fields in
            guard let node = places[fields[0]] else { return false }
            for name in fields.dropFirst() {
                guard name.contains("#") else { return false }
                let caption = captions[name] ?? Int32(names.count)
                if Int(caption) == names.count {
                    captions[name] = caption
                    names.append(String(name))
                }
                nodes[node].captions.append(caption)
            }
            return true
        }
        var edges: [Edge] = []
        try Self.forEachLine(
            "\(folder)/\(Self.edgesFile)", "a child of \(Self.nodesFile), a type and a parent", mayBeEmpty: true
        ) { fields in
            guard fields.count >= 3, let child = places[fields[0]], let parent = places[fields[2]] else { return false }
            edges.append(Edge(parent: Int32(parent), child: Int32(child), type: String(fields[1])))
            return true
        }
        for node in nodes.indices { nodes[node].captions = Set(nodes[node].captions).sorted() }
        try self.init(nodes: nodes, edges: edges, captionNames: names, path: "\(folder)/\(Self.edgesFile)")
    }

    /// Throws where no graph can be written, or where what is there would be lost and is no graph: to know before long work.
    package static func expectPlace(_ folder: String) throws(InputError) {
        try Folder.expectPlace(for: folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        guard let other = names.sorted().first(where: { ![nodesFile, captionsFile, edgesFile].contains($0) }) else {
            return
        }
        throw InputError(path: folder, place: "content", expected: "a new folder, or a graph to replace", found: other)
    }

    /// Writes the three files into a folder that appears whole or not at all.
    package func write(to folder: String) throws(InputError) {
        let partial = try PartialFolder(folder)
        try Self.write(nodes.enumerated().lazy.map { "\($0)\t\($1.text)" }, "\(partial.partial)/\(Self.nodesFile)")
        try Self.write(
            nodes.enumerated().lazy.map { number, node in
                (["\(number)"] + node.captions.map { captionNames[Int($0)] }).joined(separator: "\t")
            }, "\(partial.partial)/\(Self.captionsFile)")
        try Self.write(
            edges.lazy.map { "\($0.child)\t\($0.type)\t\($0.parent)" }, "\(partial.partial)/\(Self.edgesFile)")
        try partial.finish()
    }

    private static func write(_ lines: some Sequence<String>, _ path: String) throws(InputError) {
        let file = try PartialFile(path: path)
        var block: [UInt8] = []
        for line in lines {
            block += line.utf8
            block.append(UInt8(ascii: "\n"))
            if block.count > 1 << 20 {
                try file.write(elements: block)
                block.removeAll(keepingCapacity: true)
            }
        }
        try file.write(elements: block)
        try file.finish()
    }

    private static func forEachLine(
        _ path: String, _ expected: String, mayBeEmpty: Bool = false, _ body: ([Substring]) -> Bool
    ) throws(InputError) {
        var isEmpty = true
        try TextFile.forEachLine(path) { number, line throws(InputError) in
            isEmpty = false
            let text = line.hasSuffix("\r") ? line.dropLast() : line[...]
            guard body(text.split(separator: "\t", omittingEmptySubsequences: false)) else {
                throw InputError(
                    path: path, place: "line \(number)", expected: expected,
                    found: String(text.prefix(60)).debugDescription)
            }
        }
        guard mayBeEmpty || !isEmpty else {
            throw InputError(path: path, place: "content", expected: expected, found: "an empty file")
        }
    }
}
