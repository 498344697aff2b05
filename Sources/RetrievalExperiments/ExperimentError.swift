/// What keeps experiments from going on, told in one line.
package enum ExperimentError: Error, CustomStringConvertible, Sendable, Equatable {
    /// A budget that does not suffice for one run.
    case budget(seconds: Double, needed: Double, run: String)
    /// A signal asked for the end; finished runs and the last checkpoint are kept.
    case interrupted(signal: Int32)
    /// The process of a run has ended with a status and told why itself.
    case ended(status: Int32)

    /// `path: field: expected ..., found ...`.
    package var description: String {
        switch self {
        case .budget(let seconds, let needed, let run):
            "--budget: expected at least \(duration(needed)) for one run (\(run)), found \(duration(seconds)) left"
        case .interrupted:
            "interrupted; the same command goes on"
        case .ended(let status):
            "the process of a run ended with status \(status)"
        }
    }
}

/// `1 h 05 min`, `3 min 20 s`, `8 s`.
func duration(_ seconds: Double) -> String {
    let whole = Int(max(0, seconds).rounded(.up))
    if whole >= 3600 { return "\(whole / 3600) h \(whole / 60 % 60) min" }
    return whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
}
