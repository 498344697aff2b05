import ArgumentParser

struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Measure a model: R@1, R@5 and R@10 both ways.",
        discussion: """
            Ranks all captions for every image and all images for every caption. Each score comes from its pair alone, \
            and a tie counts against the query, so a constant score earns nothing.

            `ascl evaluate run --help` explains the options; `run` may be left out. Several machines may share the work: \
            each evaluates a part (--shard), and `ascl evaluate merge` ranks by all parts.

            Try it:  ascl evaluate --checkpoint runs/demo/checkpoint --data runs/demo/scenes --split test
            """,
        subcommands: [EvaluateRun.self, EvaluateMerge.self], defaultSubcommand: EvaluateRun.self)
}
