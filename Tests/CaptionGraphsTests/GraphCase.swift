import AsCLBase
import RetrievalFixtures

@testable import CaptionGraphs

/// WordNet's few words in a folder, and graphs of captions with them.
struct GraphCase {
    let folder: ScratchFolder
    let wordNet: WordNet

    init() throws {
        folder = try ScratchFolder()
        try TinyWordNet.write(to: folder)
        wordNet = try WordNet(folder: folder.path + "/wordnet")
    }

    /// A graph whose images have one caption each.
    func graph(_ captions: String...) throws -> DenotationGraph {
        try made(captions.enumerated().map { ("\($0)", [$1]) }).graph
    }

    func made(_ images: [(String, [String])]) throws -> DenotationGraph.Made {
        try DenotationGraph.making(of: images.map { (name: $0.0, captions: $0.1) }, wordNet: wordNet)
    }
}

extension DenotationGraph {
    var texts: Set<String> { Set(nodes.map(\.text)) }

    /// Edges by their texts: `parent > child (type)`.
    var links: Set<String> {
        Set(edges.map { "\(nodes[Int($0.parent)].text) > \(nodes[Int($0.child)].text) (\($0.type))" })
    }

    /// Everything above a text.
    func above(_ text: String) -> Set<String> {
        var (found, next) = (Set<String>(), [text])
        while let text = next.popLast() {
            for edge in edges where nodes[Int(edge.child)].text == text {
                let parent = nodes[Int(edge.parent)].text
                if found.insert(parent).inserted { next.append(parent) }
            }
        }
        return found
    }

    /// The captions of a text, by their names.
    func makers(of text: String) -> [String]? {
        nodes.first { $0.text == text }?.captions.map { captionNames[Int($0)] }
    }
}
