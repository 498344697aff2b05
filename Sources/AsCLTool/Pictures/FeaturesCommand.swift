import ArgumentParser

struct FeaturesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features",
        abstract: "Turn pictures into the features that training and search read.",
        discussion: """
            Takes a folder of pictures (all below it, known by their content, not their names), a list of files, or a \
            Karpathy JSON with its pictures, and writes <split>_ims.npy (regions), _globals.npy, _boxes.npy and \
            _ids.txt, with --karpathy the captions too.

            The same command again goes on after Ctrl-C or a kill, and later brings the features up to date: only new \
            and changed pictures are computed. A picture that cannot be read is listed with its reason in failed.tsv, \
            and the exit code is then 1.

            `ascl features extract --help` explains the options. Region features that others published are not computed: \
            `ascl features import` makes a data folder of them.

            Try it:  ascl weights fetch mobilenet_v2
                     ascl features --images photos --output features \\
                       --regions grid --backbone mobilenet_v2
            """,
        subcommands: [FeaturesExtract.self, FeaturesMerge.self, FeaturesImport.self],
        defaultSubcommand: FeaturesExtract.self)
}
