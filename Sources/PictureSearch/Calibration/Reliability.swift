import Foundation

/// How far probabilities are to be trusted, and what cut-offs do, on sentences whose pictures are known. Sums go over the
/// pictures of the collection, means over the sentences.
package struct Reliability: Sendable, Encodable {
    /// Pairs of about the same probability.
    package struct Bin: Sendable, Encodable {
        /// From which probability to which.
        package let low, high: Double
        /// Their mean probability, the share of them that is right, and their number.
        package let promised, found, pairs: Double
    }

    /// What is shown from a probability on.
    package struct CutOff: Sendable, Encodable {
        /// The least probability that is shown.
        package let least: Double
        /// The share of sentences whose own picture is shown; pictures shown for a sentence; the share of own ones in them.
        package let recall, shown, precision: Double
        /// The share of sentences for which something is shown though their own picture was taken out of the collection.
        package let falseHits: Double
    }

    /// Minus the logarithm of the probability of what is so, and the squared distance from it: summed over the pictures.
    package let logLoss, brier: Double
    /// The pictures of a bin times the distance between its promised and its found share, summed over bins: the expected
    /// calibration error times the number of pictures.
    package let calibrationError: Double
    /// Without those that are empty.
    package let bins: [Bin]
    /// The one that is used, then others.
    package let cutOffs: [CutOff]

    private static let edges = [
        0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1,
    ]
    private static let cutOffs = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]

    /// - Parameter least: The cut-off that is used.
    init(_ probabilities: [Double], _ pairs: CalibrationPairs, least: Double) {
        let sentences = Double(max(pairs.sentenceCount, 1))
        var (loss, square) = (0.0, 0.0)
        var sums = Array(repeating: (promised: 0.0, found: 0.0, pairs: 0.0), count: Self.edges.count - 1)
        for (place, own) in probabilities.enumerated() {
            let (weight, isOwn) = (pairs.weights[place], pairs.isOwn[place])
            // A wrong certainty costs much, but not everything.
            loss -= weight * log(max(isOwn ? own : 1 - own, 1e-12))
            square += weight * (own - (isOwn ? 1 : 0)) * (own - (isOwn ? 1 : 0))
            let bin = min(max(0, (Self.edges.firstIndex { $0 > own } ?? Self.edges.count) - 1), sums.count - 1)
            sums[bin].promised += weight * own
            sums[bin].found += isOwn ? weight : 0
            sums[bin].pairs += weight
        }
        logLoss = loss / sentences
        brier = square / sentences
        calibrationError = sums.reduce(0) { $0 + abs($1.promised - $1.found) } / sentences
        bins = zip(sums, zip(Self.edges, Self.edges.dropFirst())).compactMap { sum, edges in
            guard sum.pairs > 0 else { return nil }
            return Bin(
                low: edges.0, high: edges.1, promised: sum.promised / sum.pairs, found: sum.found / sum.pairs,
                pairs: sum.pairs)
        }
        cutOffs = ([least] + Self.cutOffs).map { Self.cutOff($0, probabilities, pairs) }
    }

    private static func cutOff(_ least: Double, _ probabilities: [Double], _ pairs: CalibrationPairs) -> CutOff {
        var (own, shown, falseHits) = (0.0, 0.0, 0.0)
        for sentence in 0..<pairs.sentenceCount {
            var hasOther = false
            for place in pairs.starts[sentence]..<pairs.starts[sentence + 1] where probabilities[place] >= least {
                shown += pairs.weights[place]
                if pairs.isOwn[place] { own += 1 } else { hasOther = true }
            }
            if hasOther { falseHits += 1 }
        }
        let sentences = Double(max(pairs.sentenceCount, 1))
        return CutOff(
            least: least, recall: own / sentences, shown: shown / sentences, precision: shown > 0 ? own / shown : 0,
            falseHits: falseHits / sentences)
    }
}
