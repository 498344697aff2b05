import CommandLineOptions
import RetrievalData

extension Terminal {
    /// Says which images a split leaves out, and that regions stand in for missing globals (docs/method.md, Files).
    static func tellOfMissingFeatures(_ split: RetrievalSplit) {
        if split.withoutFeatures > 0 {
            say("\(split.name): \(split.withoutFeatures) images without features left out; failed.tsv says why")
        }
        if split.globalsAreRegionMeans { say("\(split.name): no global features; the mean of the regions serves") }
    }
}
