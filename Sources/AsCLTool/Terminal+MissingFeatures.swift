import CommandLineOptions
import RetrievalData

extension Terminal {
    /// Says which images splits leave out, and that regions stand in for missing globals (docs/method.md, Files).
    static func tellOfMissingFeatures(_ splits: RetrievalSplit...) { splits.omissions.forEach(say) }
}
