/// How far a run has come.
package struct ExtractionProgress: Sendable, Equatable {
    /// Pictures that are dealt with, those that failed among them.
    package let done: Int
    /// Pictures that failed.
    package let failed: Int
    /// Pictures of this run's part of the list.
    package let total: Int
}

/// What a finished run, or a merge, has done.
package struct ExtractionSummary: Sendable, Equatable, Encodable, CustomStringConvertible {
    /// Pictures of the list, or of this machine's shard of it.
    package let total: Int
    /// Pictures whose features were computed.
    package let new: Int
    /// Pictures whose features were there already.
    package let reused: Int
    /// Pictures without features, whose reasons stand in `failed.tsv`.
    package let failed: Int
    /// Pictures that had features and are no longer on the list.
    package let removed: Int
    /// Time taken.
    package let seconds: Double

    /// `866 pictures: 860 new, 0 reused, 6 failed, 0 removed, in 12.3 s`.
    package var description: String {
        let tenths = Int((seconds * 10).rounded())
        return "\(total) pictures: \(new) new, \(reused) reused, \(failed) failed, \(removed) removed, "
            + "in \(tenths / 10).\(tenths % 10) s"
    }
}
