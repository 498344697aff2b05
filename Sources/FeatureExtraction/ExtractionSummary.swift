/// How far a run has come.
public struct ExtractionProgress: Sendable, Equatable {
    /// Pictures that are dealt with, those that failed among them.
    public let done: Int
    /// Pictures that failed.
    public let failed: Int
    /// Pictures of this run's part of the list.
    public let total: Int
}

/// What a finished run, or a merge, has done.
public struct ExtractionSummary: Sendable, Equatable, Encodable, CustomStringConvertible {
    /// Pictures of the list, or of this machine's shard of it.
    public let total: Int
    /// Pictures whose features were computed.
    public let new: Int
    /// Pictures whose features were there already.
    public let reused: Int
    /// Pictures without features, whose reasons stand in `failed.tsv`.
    public let failed: Int
    /// Pictures that had features and are no longer on the list.
    public let removed: Int
    /// Time taken.
    public let seconds: Double

    /// `866 pictures: 860 new, 0 reused, 6 failed, 0 removed, in 12.3 s`.
    public var description: String {
        let tenths = Int((seconds * 10).rounded())
        return "\(total) pictures: \(new) new, \(reused) reused, \(failed) failed, \(removed) removed, "
            + "in \(tenths / 10).\(tenths % 10) s"
    }
}
