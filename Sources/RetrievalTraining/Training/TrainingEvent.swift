public import RetrievalEvaluation

/// What a training tells while it goes on. Nothing is printed by the training itself: who wants to see it shows these.
public enum TrainingEvent: Sendable {
    /// Something worth a line of text, such as captions that are cut.
    case notice(String)
    /// Captions are being encoded by the frozen text encoder: so many of so many.
    case encoding(captions: Int, of: Int)
    /// The steps begin: of so many in all, so many done before, with the best validation Rsum so far.
    case began(steps: Int, done: Int, bestRsum: Double?)
    /// A step has ended, counted from 1: its (image, caption) pairs and its loss.
    case step(Int, pairs: Int, loss: Double)
    /// An epoch, counted from 1, has ended with this result on the validation split.
    case validated(RetrievalResult, epoch: Int)
    /// The steps have ended, for now or for good.
    case ended
}
