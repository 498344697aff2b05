import ArgumentParser
package import RetrievalModels

/// In what arithmetic to score.
package struct PrecisionOptions: ParsableArguments {
    @Option(
        help: """
            fp32, bf16 or int16. int16 is the fastest on a CPU and agrees with fp32 to four decimals; bf16 is for CUDA \
            cards.
            """)
    package var precision = Precision.fp32

    package init() {}
}

extension Precision: ExpressibleByArgument {}
