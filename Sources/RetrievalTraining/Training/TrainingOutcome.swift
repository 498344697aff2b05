/// How a training ended.
public enum TrainingOutcome: Sendable, Equatable {
    /// All epochs done; the best validation Rsum and its epoch, from 1.
    case finished(bestRsum: Double, epoch: Int)
    /// It was asked to stop; a checkpoint was written, and the run can go on from there.
    case stopped
}
