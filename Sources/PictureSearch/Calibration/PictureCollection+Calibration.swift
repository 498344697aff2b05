import AsCLBase
import Foundation
import PictureCatalogue
import Torch

extension PictureCollection {
    /// Pictures with captions that a calibration takes at least, and sentences of either half that it takes at most.
    private static let leastPictures = 20, mostSentences = 2000
    /// Pictures drawn at random: they stand for those that are not near.
    private static let sampleCount = 500
    /// The share of sentences whose own picture is shown: those that were fitted to decide the cut-off.
    static let shownShare = 0.8

    /// Fits the probability that a picture is the one that a sentence was written about to the captions of half of the
    /// pictures that have any, measures it on the other half's, and keeps it for the searches to come.
    /// - Parameter progress: Told how many sentences are seen to, of how many.
    /// - Throws: `InputError` where too few pictures have captions.
    package func calibrate(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> CalibrationReport {
        try encodeCaptions()
        let opened = try current()
        let halves = try halves(opened)
        let total = halves.fitted.sentences.count + halves.measured.sentences.count
        let sample = try sample(opened)
        let dimension = opened.model.dimension
        let moments = try CollectionMoments(
            Tensor(sample.flatMap(\.vector), shape: [sample.count, dimension]))
        func pairs(_ half: Half, after done: Int) throws -> CalibrationPairs {
            try CalibrationPairs(half.sentences, sample: sample, moments: moments, opened.first) {
                progress(done + $0, total)
            }
        }
        let fitted = try pairs(halves.fitted, after: 0)
        let measured = try pairs(halves.measured, after: halves.fitted.sentences.count)
        let trials = Self.trials(fitted, halves.fitted)
        let calibration = Self.fit(trials[0].features, fitted, pictures: opened.first.vectors.count, moments)
        let report = CalibrationReport(
            pictures: opened.first.vectors.count, fittedSentences: fitted.sentenceCount,
            fittedPictures: halves.fitted.pictures.count, measuredSentences: measured.sentenceCount,
            measuredPictures: halves.measured.pictures.count, trials: trials,
            before: measured.beliefs.isEmpty
                ? nil
                : Reliability(
                    measured.beliefs.map(probability(logOdds:)), measured, least: Self.leastRelevance),
            after: Reliability(
                calibration.logOdds(measured).map(probability(logOdds:)), measured,
                least: probability(logOdds: calibration.leastLogOdds)))
        try catalogue.setCalibration(JSONEncoder().encode(calibration), of: opened.model)
        return report
    }

    /// Sentences of one half of the pictures, with the vectors of both.
    private struct Half {
        var sentences: [(vector: [Float], picture: Int64)] = []
        var pictures: Set<Int64> { Set(sentences.map(\.picture)) }
    }

    /// The captions of the pictures that can be found, those of a picture in one half.
    private func halves(_ opened: Opened) throws -> (fitted: Half, measured: Half) {
        let (findable, store) = try (opened.first.store.ids, captionVectors.current(catalogue, opened.model))
        let captions = try catalogue.captions().filter { findable.contains($0.content) }.compactMap { caption in
            store?.vector(of: caption.id).map { (vector: $0, picture: caption.content) }
        }
        var pictures = Set(captions.map(\.picture)).sorted()
        guard pictures.count >= Self.leastPictures else {
            throw InputError(
                path: home.name, place: "captions",
                expected: "those of \(Self.leastPictures) pictures of the index or more",
                found: "\(pictures.count); `ascl index captions FILE` adds them")
        }
        var generator = SeededGenerator(seed: 1)
        generator.shuffle(&pictures)
        let first = Set(pictures.prefix(pictures.count / 2))
        var (fitted, measured, shuffled) = (Half(), Half(), captions)
        generator.shuffle(&shuffled)
        for sentence in shuffled {
            if first.contains(sentence.picture) {
                if fitted.sentences.count < Self.mostSentences { fitted.sentences.append(sentence) }
            } else if measured.sentences.count < Self.mostSentences {
                measured.sentences.append(sentence)
            }
        }
        return (fitted, measured)
    }

    private func sample(_ opened: Opened) throws -> [(id: Int64, vector: [Float])] {
        let store = try opened.first.store
        var (ids, generator) = (store.ids.sorted(), SeededGenerator(seed: 2))
        generator.shuffle(&ids)
        return ids.prefix(Self.sampleCount).compactMap { id in store.vector(of: id).map { (id, $0) } }
    }

    /// Every set of features, fitted to two thirds of the fitted half's pictures and held to the other third's.
    private static func trials(_ pairs: CalibrationPairs, _ half: Half) -> [CalibrationReport.Trial] {
        let kept = Set(half.pictures.sorted().enumerated().filter { $0.offset % 3 == 0 }.map(\.element))
        let sentences = Array(half.sentences.indices)
        let (tried, held) = (
            pairs.of(sentences.filter { !kept.contains(half.sentences[$0].picture) }),
            pairs.of(sentences.filter { kept.contains(half.sentences[$0].picture) })
        )
        let sets: [[RelevanceFeature]] = [
            [.cosine], [.belief], [.standing], [.cosine, .belief], [.cosine, .standing], [.belief, .standing],
            [.cosine, .belief, .standing],
        ]
        let known = pairs.beliefs.isEmpty ? sets.filter { !$0.contains(.belief) } : sets
        return known.map { features in
            let calibration = fit(features, tried, pictures: 1, nil)
            let probabilities = calibration.logOdds(held).map(probability(logOdds:))
            return .init(features: features, logLoss: Reliability(probabilities, held, least: 0).logLoss)
        }.sorted { ($0.logLoss, $0.features.count) < ($1.logLoss, $1.features.count) }
    }

    private static func fit(
        _ features: [RelevanceFeature], _ pairs: CalibrationPairs, pictures: Int, _ moments: CollectionMoments?
    ) -> Calibration {
        let fit = LogisticFit(
            columns: features.map(pairs.column), isTrue: pairs.isOwn, rowWeights: pairs.weights)
        var calibration = Calibration(
            features: features, weights: fit.weights, offset: fit.offset, pictureCount: pictures,
            moments: features.contains(.standing) ? moments : nil)
        let own = zip(calibration.logOdds(pairs), pairs.isOwn).filter(\.1).map(\.0).sorted()
        calibration.leastLogOdds = own[Int(Double(own.count) * (1 - shownShare))]
        return calibration
    }
}

extension Calibration {
    /// The log-odds of pairs whose features are known.
    fileprivate func logOdds(_ pairs: CalibrationPairs) -> [Double] {
        let columns = features.map(pairs.column)
        return pairs.isOwn.indices.map { pair in
            zip(columns, weights).reduce(offset) { $0 + $1.0[pair] * $1.1 }
        }
    }
}
