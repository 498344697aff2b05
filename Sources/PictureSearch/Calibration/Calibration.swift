import Foundation

/// What a calibration may look at, of a sentence and a picture.
package enum RelevanceFeature: String, Codable, Sendable, CaseIterable {
    /// Their cosine.
    case cosine
    /// The log-odds of the model's own belief.
    case belief
    /// By how many standard deviations the cosine lies above the sentence's mean over the collection.
    case standing
}

/// Turns cosines and beliefs into the probability that a picture is the one that a sentence was written about, in a
/// collection of so many pictures (docs/method.md, 12).
package struct Calibration: Codable, Sendable {
    /// Sentences and pictures are looked at by these.
    let features: [RelevanceFeature]
    /// What each feature adds to the log-odds, and what is there without any.
    let weights: [Double]
    let offset: Double
    /// Pictures of the collection that it was fitted to.
    let pictureCount: Int
    /// Pictures are shown from these log-odds on, in a collection of `pictureCount`.
    var leastLogOdds = 0.0
    /// What standings are told against; nil where none are wanted.
    let moments: CollectionMoments?

    /// The log-odds of pictures for one query, in a collection of `pictureCount`.
    /// - Parameter query: A unit vector.
    func logOdds(cosines: [Float], beliefs: [Double], query: [Float]) -> [Double] {
        let standings = moments?.standings(of: cosines, query: query) ?? []
        return cosines.indices.map { picture in
            zip(features, weights).reduce(offset) { sum, part in
                switch part.0 {
                case .cosine: sum + part.1 * Double(cosines[picture])
                case .belief: sum + part.1 * (picture < beliefs.count ? beliefs[picture] : 0)
                case .standing: sum + part.1 * (picture < standings.count ? standings[picture] : 0)
                }
            }
        }
    }

    /// The probability in a collection of so many pictures: one that has grown has as many more to take for the right one.
    func probability(_ logOdds: Double, among count: Int) -> Double {
        PictureSearch.probability(logOdds: logOdds - log(Double(max(count, 1)) / Double(pictureCount)))
    }
}
