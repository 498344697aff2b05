/// What a calibration was fitted to, and what it is worth on sentences that it has not seen.
package struct CalibrationReport: Sendable, Encodable {
    /// Features that were tried, and the log-loss on sentences kept back from the trial.
    package struct Trial: Sendable, Encodable {
        /// What was looked at.
        package let features: [RelevanceFeature]
        /// A sentence's, summed over the pictures.
        package let logLoss: Double
    }

    /// Pictures of the collection.
    package let pictures: Int
    /// Sentences, and the pictures that they were written about, that the calibration was fitted to.
    package let fittedSentences, fittedPictures: Int
    /// Those of other pictures that it was measured on.
    package let measuredSentences, measuredPictures: Int
    /// The best first.
    package let trials: [Trial]
    /// The model's own belief, where it has one, and the calibrated probability.
    package let before: Reliability?
    package let after: Reliability

    /// Both with their names.
    package var sides: [(name: String, of: Reliability)] {
        (before.map { [("the model's belief", $0)] } ?? []) + [("calibrated", after)]
    }
}
