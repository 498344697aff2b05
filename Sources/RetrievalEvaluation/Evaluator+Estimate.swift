package import RetrievalData
package import RetrievalModels

extension Evaluator {
    /// Seconds that an evaluation of a split takes: encoding its captions, and scoring all pairs. From a part of them.
    package static func estimatedSeconds(
        _ model: RetrievalModel, _ split: RetrievalSplit, in precision: Precision = .fp32
    ) throws -> (encoding: Double, scoring: Double) {
        let part = split.subset(images: Array(0..<min(64, split.imageCount)))
        let clock = ContinuousClock()
        let begun = clock.now
        let evaluator = try Evaluator(model, part, in: precision)
        let encoding = (clock.now - begun) / .seconds(1)
        let scoring = try clock.measure { _ = try evaluator.ranks() } / .seconds(1)
        let captions = Double(split.captions.count) / Double(max(part.captions.count, 1))
        return (encoding * captions, scoring * captions * Double(split.imageCount) / Double(part.imageCount))
    }
}
