import ArgumentParser

struct WeightsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "weights",
        abstract: "Fetch, check and convert published weights.",
        discussion: """
            Files of weights are kept in $ASCL_CACHE, else $XDG_CACHE_HOME/ascl/weights, else ~/.cache/ascl/weights; \
            ASCL_WEIGHTS_MIRROR names a folder on the web that serves the same files. Models of the Hugging Face hub are \
            kept where Python's programs keep them; HF_ENDPOINT, HF_HOME, HF_HUB_CACHE, HF_TOKEN and HF_HUB_OFFLINE are \
            honoured as there. So are http_proxy, https_proxy and no_proxy.
            """,
        subcommands: [WeightsList.self, WeightsFetch.self, WeightsCheck.self, WeightsConvert.self])
}
