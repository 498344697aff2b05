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
    /// Regions of a picture that are drawn.
    private static let boxesShown = 6

    /// The pictures that fit a sentence best, with the regions that agree with it most where the method tells.
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
        let agreement = try model.regionAgreement(of: sentence, with: split, images: best.map(\.image))
        let entries = try best.enumerated().map { place, hit in
            Entry(
                name: names[hit.image], score: hit.score, picture: Self.picture("\(folder)/\(names[hit.image])"),
                boxes: try agreement.map { try Self.boxes(split, hit.image, Self.weights(ofAgreement: $0[place])) }
                    ?? [],
                captions: split.captionsOfImage[hit.image].map { Caption(split.captions[$0]) })
        }
        self.init(
            title: sentence,
            note: "\(split.imageCount) pictures of \(split.name); boxes: at most \(Self.boxesShown) regions, those "
                + "that agree most",
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

    private static func picture(_ path: String) -> Picture {
        do {
            return .jpeg(try PictureThumbnail.jpeg(of: path, longSide: thumbnailSide))
        } catch {
            return .problem("\(error)")
        }
    }

    /// The strongest regions. Boxes in pixels, as in data from elsewhere, cannot be placed on a picture of another size.
    private static func boxes(_ split: RetrievalSplit, _ image: Int, _ weights: [Double]) throws -> [Box] {
        guard let boxes = try split.boxes(ofImage: image), areFractions(boxes) else { return [] }
        let labels = try split.regionLabels(ofImage: image)
        let strongest = weights.indices.filter { weights[$0] > 0 }.sorted { weights[$0] > weights[$1] }
        return strongest.prefix(boxesShown).map { region in
            let (box, label) = (boxes[region], labels?[region])
            let confidence = label?.confidence.map { " \(Int(($0 * 100).rounded())) %" } ?? ""
            return Box(
                left: box[0], top: box[1], right: box[2], bottom: box[3], label: label.map { $0.name + confidence },
                weight: weights[region])
        }
    }
}
