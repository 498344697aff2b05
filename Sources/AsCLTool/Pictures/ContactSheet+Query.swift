import AsCLBase
import Foundation
import ImageEncoding
import RetrievalData
import RetrievalEvaluation
import RetrievalModels
import RunReports

extension ContactSheet {
    /// Side in pixels of the pictures on the page.
    private static let thumbnailSide = 480
    /// Of so many words, those that match best, the regions are shown before they are pointed at.
    private static let wordsShown = 3
    /// Regions that are no stronger than this in what a word found are not shown.
    private static let leastStrength: Float = 0.2

    /// The pictures that fit a sentence best, with what each of its words found there where the method tells.
    /// - Parameters:
    ///   - folder: Where the pictures are, under the split's image names.
    ///   - best: Numbers of images and their scores.
    init(
        _ sentence: String, model: RetrievalModel, split: RetrievalSplit, folder: String,
        best: [(image: Int, score: Float)]
    ) throws {
        guard let names = split.imageNames else {
            throw InputError(
                path: split.name, place: "image names", expected: "an _ids.txt, to find the pictures by", found: "none")
        }
        let explanations = try model.explanations(of: sentence, with: split, images: best.map(\.image))
        let entries = try best.enumerated().map { place, hit in
            Entry(
                name: names[hit.image], score: hit.score, picture: Self.picture("\(folder)/\(names[hit.image])"),
                words: try explanations.map { try Self.words(split, hit.image, $0[place]) } ?? [],
                captions: split.captionsOfImage[hit.image].map { Caption(split.captions[$0]) })
        }
        self.init(
            title: sentence,
            note: "\(split.imageCount) pictures of \(split.name)"
                + (explanations == nil
                    ? ""
                    : "; point at a word to see where it was found; a word is struck out where it "
                        + "found nothing"),
            entries: entries)
    }

    /// What has to be told of the page: pictures, or regions, that are not on it.
    func notices(_ split: RetrievalSplit) throws -> [String] {
        let missing = entries.compactMap { entry in
            if case .problem(let reason) = entry.picture { reason } else { nil }
        }
        let areDrawn = try split.boxes(ofImage: 0).map(Self.areFractions) ?? true
        return
            (missing.isEmpty
            ? [] : ["\(missing.count) of \(entries.count) pictures are missing on the page; the first: \(missing[0])"])
            + (areDrawn
                ? [] : ["no regions are drawn: the boxes of \(split.name) are not fractions of width and height"])
    }

    private static func areFractions(_ boxes: [[Float]]) -> Bool { boxes.joined().allSatisfy { (0...1).contains($0) } }

    static func picture(_ path: String) -> Picture {
        do {
            return .jpeg(try PictureThumbnail.jpeg(of: path, longSide: thumbnailSide))
        } catch {
            return .problem("\(error)")
        }
    }

    /// The words and what they found.
    private static func words(_ split: RetrievalSplit, _ image: Int, _ explanation: Explanation) throws -> [Word] {
        let labels = try split.regionLabels(ofImage: image)
        let words = explanation.words.filter(\.isWord)
        let found = words.indices.filter { words[$0].isTelling && !words[$0].foundNothing }
        // Of words that found the same region the best is shown.
        var taken: Set<Int> = []
        let best = found.sorted { words[$0].match > words[$1].match }
            .filter { place in words[place].strengths.firstIndex(of: 1).map { taken.insert($0).inserted } ?? false }
            .prefix(wordsShown)
        return words.enumerated().map { place, word in
            Word(
                word.text, shade: word.isTelling ? Double(max(0, min(1, word.match))) : 0,
                note: String(format: "%.2f", word.match),
                isStruck: word.foundNothing,
                boxes: word.foundNothing ? [] : boxes(word, explanation.regions, labels),
                isShown: best.contains(place))
        }
    }

    /// The regions that a word found, strongest first, the first by name. Boxes in pixels, as in data from elsewhere, cannot
    /// be placed on a picture of another size.
    private static func boxes(
        _ word: Explanation.Word, _ regions: [Explanation.Region], _ labels: [RegionLabel]?
    ) -> [Box] {
        let strengths = word.strengths
        let shown = strengths.indices.filter { strengths[$0] > leastStrength }.sorted { strengths[$0] > strengths[$1] }
        return shown.compactMap { region -> Box? in
            guard let box = regions[region].box, areFractions([box]) else { return nil }
            var label: String?
            if region == shown.first {
                let confidence = labels?[region].confidence.map { " \(Int(($0 * 100).rounded())) %" } ?? ""
                label = word.text + (labels.map { ": \($0[region].name)\(confidence)" } ?? "")
            }
            return Box(
                left: box[0], top: box[1], right: box[2], bottom: box[3], label: label,
                weight: Double(strengths[region]))
        }
    }
}
