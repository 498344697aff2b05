import AsCLBase
import CommandLineOptions
import RetrievalData

extension Terminal {
    /// Reads a split's features before long work with them, and says which rows are zeros.
    static func checkFeatures(_ split: RetrievalSplit) throws {
        let meter = ProgressMeter("checking \(split.name)", unit: "images")
        try split.checkFeatures(progress: meter.update).forEach(say)
    }
}
