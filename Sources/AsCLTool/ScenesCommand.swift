import ArgumentParser
import AsCLBase
import CommandLineOptions
import Scenes

struct ScenesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenes",
        abstract: "Make Scenes, a data set of drawn pictures with exactly known content, and an encoder of them.",
        subcommands: [Generate.self, Encoder.self])

    struct Generate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Draw scenes and write captions and features in SCAN's layout.",
            discussion: "The same seed gives the same bytes.")

        @Option(help: "The folder to write.")
        var output: String

        @Option(help: "What the scenes follow from.")
        var seed: UInt64 = SceneConfiguration().seed

        @Option(help: "Scenes to train on; val, test and compositional have a tenth, a fifth and a tenth of it.")
        var train = SceneConfiguration().trainCount

        @Flag(help: "Also write the pictures as PNG.")
        var pictures = false

        @Flag(
            help: """
                Paint signs: two of three scenes have one, of whose word captions speak and which \
                <split>_scene_text.jsonl holds, for methods that read what is written in pictures.
                """)
        var signs = false

        @Flag(help: "Replace what is in the output folder.")
        var overwrite = false

        mutating func validate() throws {
            try ValidationError.expect(atLeast: 20, ["train": train])
        }

        func run() throws {
            let meter = ProgressMeter("drawing", unit: "scenes")
            var configuration = SceneConfiguration()
            configuration.seed = seed
            configuration.signs = signs
            configuration.trainCount = train
            configuration.valCount = train / 10
            configuration.testCount = train / 5
            configuration.compositionalCount = train / 10
            try SceneGenerator(configuration: configuration)
                .write(to: output, pictures: pictures, overwrite: overwrite, progress: meter.update)
            Terminal.show("\(train + train / 10 * 2 + train / 5) scenes are in \(output)")
        }
    }
}
