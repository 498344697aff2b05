import ArgumentParser
import AsCLBase
import CaptionGraphs
import CommandLineOptions
import Foundation
import RetrievalData

extension DataCommand {
    struct Graph: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the denotation graph of captions, or tell what one holds.",
            discussion: """
                Takes captions apart into phrases ("man wear shirt", "person", "ride bike") and links each to those that say more. \
                The words' classes and more general terms come from WordNet (`apt install wordnet-base`).

                  ascl data graph flickr8k                   counts of the training captions
                  ascl data graph flickr8k --output graph    the same, and the files
                  ascl data graph graph                      counts of a graph that is there

                The files are those of the public pipeline (node.idx, node-cap.map, node-tree.txt), whose graphs are read too.
                """)

        @Argument(
            help: """
                A data folder, a Karpathy JSON, lines of a picture's name, a tab and a caption, or a graph's folder.
                """)
        var path: String

        @Option(help: "The split, where the data has splits.")
        var split = "train"

        @Option(help: ArgumentHelp("The folder for the graph's files.", valueName: "folder"))
        var output: String?

        @Option(help: ArgumentHelp("Where WordNet's files are.", valueName: "folder"))
        var wordnet = WordNet.usualFolder

        @Flag(help: "Print the result as JSON.")
        var json = false

        func run() throws {
            if DenotationGraph.isGraph(path) {
                guard output == nil else {
                    throw ValidationError("\(path) is a graph already; --output goes with captions.")
                }
                return try show(GraphSummary(DenotationGraph(folder: path)))
            }
            if let output { try DenotationGraph.expectPlace(output) }
            let images = try CaptionedImages.read(path, split: split)
            let made = try DenotationGraph.making(of: images, wordNet: WordNet(folder: wordnet))
            if let output { try made.graph.write(to: output) }
            try show(GraphSummary(made))
        }

        private func show(_ summary: GraphSummary) throws {
            if json { try Terminal.printJSON(summary) } else { Terminal.show(summary) }
        }
    }
}
