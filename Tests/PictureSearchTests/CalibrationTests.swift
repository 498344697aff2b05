import AsCLBase
import Foundation
import PictureCatalogue
import RetrievalFixtures
import Testing
import Torch

@testable import PictureSearch

@Suite struct CalibrationTests {
    /// Pictures of which each has captions, with a few letters each.
    private func captioned(_ pictures: Int = 24) throws -> IndexedPhotos {
        let photos = try IndexedPhotos(pictures: pictures)
        _ = try Catalogue(folder: photos.index, isNew: false).setCaptions(
            (0..<pictures).map { ("\($0).bmp", ["a cat \($0)", "\($0) act at \(37 * $0 % 11)"]) })
        return photos
    }

    private func everything(_ sentence: String) -> PictureQuery {
        var query = PictureQuery(sentence)
        (query.showsAll, query.count) = (true, 100)
        return query
    }

    @Test func `a regression finds the weights that made its data`() {
        var generator = SeededGenerator(seed: 7)
        let first = (0..<20_000).map { _ in 10 + 4 * generator.uniform() }
        let second = (0..<20_000).map { _ in generator.uniform() }
        let expected = zip(first, second).map { probability(logOdds: 1.5 * $0 - 3 * $1 - 19) }
        // Every row twice, once for each outcome, as likely as it is: no chance is left in it.
        let fit = LogisticFit(
            columns: [first + first, second + second],
            isTrue: expected.map { _ in true } + expected.map { _ in false },
            rowWeights: expected + expected.map { 1 - $0 })
        #expect(abs(fit.weights[0] - 1.5) < 1e-3 && abs(fit.weights[1] + 3) < 1e-3 && abs(fit.offset + 19) < 1e-2)
    }

    @Test func `features that say the same do not run away`() {
        let column = [0.0, 1, 2, 3]
        let fit = LogisticFit(
            columns: [column, column.map { 2 * $0 + 1 }], isTrue: [false, true, false, true],
            rowWeights: [1, 1, 1, 1])
        #expect((fit.weights + [fit.offset]).allSatisfy { $0.isFinite && abs($0) < 10 })
    }

    @Test func `pairs stand for the whole collection, and each sentence has its own picture once`() throws {
        let photos = try captioned()
        let collection = try PictureCollection(index: photos.index)
        let opened = try collection.current()
        let store = try opened.first.store
        let all = store.ids.sorted().compactMap { id in store.vector(of: id).map { (id, $0) }
        }
        let moments = try CollectionMoments(Tensor(all.flatMap(\.1), shape: [24, all[0].1.count]))
        let sentence = try opened.first.vectors(ofSentences: ["a cat"])[0]
        let pairs = try CalibrationPairs(
            [(sentence, all[5].0), (sentence, all[9].0)], sample: Array(all.prefix(12)), nearest: 3, moments: moments,
            opened.first)
        for range in [pairs.starts[0]..<pairs.starts[1], pairs.starts[1]..<pairs.starts[2]] {
            #expect(abs(pairs.weights[range].reduce(0, +) - 24) < 1e-9)
            #expect(pairs.isOwn[range].filter { $0 }.count == 1)
        }
        let cosines = all.map { dot($0.1, sentence) }
        let mean = cosines.reduce(0, +) / 24
        let deviation = (cosines.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 24).squareRoot()
        let standings = moments.standings(of: cosines, query: sentence)
        #expect(zip(standings, cosines).allSatisfy { abs($0 - Double(($1 - mean) / deviation)) < 1e-2 })
    }

    @Test func `reliability and cut-offs are as counted by hand`() throws {
        let photos = try captioned()
        let opened = try PictureCollection(index: photos.index).current()
        let store = try opened.first.store
        let all = store.ids.sorted().compactMap { id in store.vector(of: id).map { (id, $0) }
        }
        let moments = try CollectionMoments(Tensor(all.flatMap(\.1), shape: [24, all[0].1.count]))
        let sentence = try opened.first.vectors(ofSentences: ["a cat"])[0]
        let pairs = try CalibrationPairs(
            [(sentence, all[0].0), (sentence, all[1].0)], sample: [], moments: moments, opened.first)
        // The first sentence's own picture has 0.9 and another 0.6; all pictures of the second have 0.05.
        var seen = false
        let probabilities = pairs.isOwn.enumerated().map { place, isOwn -> Double in
            guard place < 24 else { return 0.05 }
            if isOwn { return 0.9 }
            defer { seen = true }
            return seen ? 0 : 0.6
        }
        let measured = Reliability(probabilities, pairs, least: 0.5)
        let loss = -(log(0.9) + log(0.4) + log(0.05) + 23 * log(0.95)) / 2
        #expect(abs(measured.logLoss - loss) < 1e-9)
        #expect(abs(measured.brier - (0.01 + 0.36 + 0.95 * 0.95 + 23 * 0.0025) / 2) < 1e-9)
        #expect(abs(measured.calibrationError - (0.1 + 0.6 + 0.2) / 2) < 1e-9)
        let cut = measured.cutOffs[0]
        #expect(cut.least == 0.5 && cut.recall == 0.5 && cut.shown == 1 && cut.precision == 0.5)
        #expect(cut.falseHits == 0.5)
        #expect(measured.bins.map(\.pairs) == [22, 24, 1, 1])
    }

    @Test func `searches tell what was measured, each picture's own whatever passes a filter`() throws {
        let photos = try captioned()
        let collection = try PictureCollection(index: photos.index)
        let before = try collection.search(everything("a cat"))
        #expect(before.leastRelevance == PictureCollection.leastRelevance)
        let report = try collection.calibrate()
        #expect(report.pictures == 24 && report.fittedPictures == 12 && report.measuredPictures == 12)
        let own = try #require(report.before)
        #expect(report.after.logLoss < own.logLoss)
        #expect(report.after.calibrationError < own.calibrationError)
        let after = try collection.search(everything("a cat"))
        #expect(after.hits.map(\.picture) == before.hits.map(\.picture))
        #expect(after.hits.map(\.relevance) != before.hits.map(\.relevance))
        var filtered = everything("a cat")
        filtered.filter.folder = photos.images + "/odd"
        let odd = try collection.search(filtered)
        #expect(odd.hits.count == 12)
        for hit in odd.hits {
            #expect(after.hits.first { $0.picture.id == hit.picture.id }?.relevance == hit.relevance)
        }
        // Four of five captions' own pictures, at least of those that decided it, are shown.
        let shown = try collection.search(PictureQuery("a cat"))
        let least = try #require(after.leastRelevance)
        #expect(shown.count == after.hits.filter { ($0.relevance ?? 0) >= least }.count)
    }

    @Test func `the probability falls as the collection grows, and what is shown stays`() throws {
        let photos = try captioned()
        let collection = try PictureCollection(index: photos.index)
        _ = try collection.calibrate()
        let before = try collection.search(everything("a cat"))
        for number in 100..<124 { try photos.add("\(number).bmp", number) }
        try photos.update()
        let after = try collection.search(everything("a cat"))
        for hit in before.hits {
            let now = try #require(after.hits.first { $0.picture.id == hit.picture.id }?.relevance)
            let then = try #require(hit.relevance)
            #expect(abs(now / (1 - now) - then / (1 - then) / 2) < 1e-9)
        }
        func shown(_ answer: SearchAnswer) throws -> Set<Int64> {
            let least = try #require(answer.leastRelevance)
            return Set(answer.hits.filter { ($0.relevance ?? 0) >= least }.map(\.picture.id))
        }
        #expect(try shown(before).subtracting(shown(after)).isEmpty)
    }

    @Test func `a calibration belongs to its model`() throws {
        let photos = try captioned()
        let collection = try PictureCollection(index: photos.index)
        _ = try collection.calibrate()
        let other = photos.folder.path + "/other"
        try TinyPretrained.write(.clip, to: other, seed: 9)
        try photos.update(by: other)
        #expect(try collection.search(PictureQuery("a cat")).leastRelevance == PictureCollection.leastRelevance)
    }

    @Test func `a calibration that cannot be read is told, and made anew`() throws {
        let photos = try captioned()
        let collection = try PictureCollection(index: photos.index)
        let model = try #require(try collection.catalogue.answeringModel())
        try collection.catalogue.setCalibration(Data("{}".utf8), of: model)
        let answer = try collection.search(PictureQuery("a cat"))
        #expect(answer.leastRelevance == PictureCollection.leastRelevance)
        #expect(answer.notes == ["the calibration cannot be read: `ascl index calibrate` makes it anew"])
        _ = try collection.calibrate()
        #expect(try collection.search(PictureQuery("a cat")).notes.isEmpty)
    }

    @Test func `too few captions are told`() throws {
        let photos = try captioned(19)
        let collection = try PictureCollection(index: photos.index)
        let error = #expect(throws: InputError.self) { try collection.calibrate() }
        #expect("\(try #require(error))".contains("those of 20 pictures of the index or more, found 19"))
    }

    @Test func `sentences together find what each finds alone`() throws {
        let photos = try captioned()
        let collection = try PictureCollection(index: photos.index)
        _ = try collection.calibrate()
        let sentences = (0..<70).map { "cat \($0)" }
        let together = try collection.search(each: sentences, as: everything(""))
        #expect(together.count == 70)
        for (sentence, answer) in zip(sentences, together) {
            let alone = try collection.search(everything(sentence))
            #expect(zip(answer.hits, alone.hits).allSatisfy { abs($0.score - $1.score) < 1e-5 }, "\(sentence)")
            #expect(answer.hits.count == alone.hits.count && answer.count == alone.count)
        }
    }
}
