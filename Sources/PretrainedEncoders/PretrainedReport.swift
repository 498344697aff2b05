import ArrayFiles
import AsCLBase
import Foundation
import ImageEncoding
import PretrainedFolders
import TextEncoding
import Torch
import TorchNN

/// What a CLIP's or a SigLIP's folder is, and what keeps this program from reading it.
package struct PretrainedReport: Encodable, Sendable {
    /// A tower's sizes.
    package struct Tower: Encodable, Sendable {
        /// Layers, values of a state, attention heads.
        package let layers, width, heads: Int
        /// What acts in a layer.
        package let activation: String
        /// Values of the vector that it ends in.
        package let vectorWidth: Int
        /// A text tower's rows of the token table, and the most tokens of a text.
        package private(set) var vocabulary, tokens: Int?
        /// A picture tower's sides in pixels, of the picture and of a patch.
        package private(set) var imageSize, patchSize: Int?

        init(_ tower: TextTowerConfiguration) {
            self.init(tower.layers, tower.projectionSize)
            (vocabulary, tokens) = (tower.vocabularySize, tower.positionCount)
        }

        init(_ tower: VisionTowerConfiguration) {
            self.init(tower.layers, tower.projectionSize)
            (imageSize, patchSize) = (tower.imageSize, tower.patchSize)
        }

        private init(_ layout: TransformerConfiguration, _ vectorWidth: Int) {
            (layers, width, heads) = (layout.layerCount, layout.width, layout.headCount)
            activation = "\(layout.activation)"
            self.vectorWidth = vectorWidth
        }
    }

    /// The folder.
    package let folder: String
    /// `clip` or `siglip`.
    package private(set) var family: String?
    /// The towers that the folder has.
    package private(set) var text, picture: Tower?
    /// What its texts are cut by, and what is done to its pictures; a line each.
    package private(set) var tokenizer, preprocessing: String?
    /// The file of its weights, or the index of several.
    package private(set) var weights: String?
    /// The weights' bytes on the disk, and their numbers in all.
    package private(set) var weightsByteCount, parameterCount: Int?
    /// What is missing or wrong; a line each.
    package private(set) var problems: [String] = []
    /// What is left out, or said in two ways; a line each.
    package private(set) var notices: [String] = []

    /// The first of the problems.
    package private(set) var firstError: (any Error)?

    private enum CodingKeys: String, CodingKey {
        case folder, family, text, picture, tokenizer, preprocessing, weights, weightsByteCount, parameterCount
        case problems, notices
    }

    /// Whether every part of it was read.
    package var isReadable: Bool { problems.isEmpty }

    /// Looks at a folder. No picture and no text is encoded.
    /// - Parameter readsWeights: Whether to open the weights too: all of them are there, of the right shapes, and numbers.
    package init(directory: String, readsWeights: Bool = true) {
        folder = directory
        guard let opened = noting({ try PretrainedFolder(directory: directory) }) else { return }
        family = opened.family == .clip ? "clip" : "siglip"
        // Which of them there are is what is asked.
        let (textSide, pictureSide) = (try? opened.textConfiguration(), try? opened.visionConfiguration())
        if let textSide {
            text = Tower(textSide)
            if let found = noting({ try TokenizerFolder.tokenizer(directory: directory) }) { add(found, for: textSide) }
        }
        if let pictureSide {
            picture = Tower(pictureSide)
            if let found = noting({ try PictureTransform(directory: directory) }) { add(found, for: pictureSide) }
        }
        guard readsWeights, let file = noting({ try PretrainedWeights.file(in: directory) }) else { return }
        weights = (file as NSString).lastPathComponent
        // Loading says better what is wrong.
        weightsByteCount = try? Self.byteCount(file)
        let loaded = noting {
            switch (textSide != nil, pictureSide != nil) {
            case (true, false): try TextTower.load(opened).facts
            case (false, true): try VisionTower.load(opened).facts
            default: try DualEncoder(directory: directory).facts
            }
        }
        parameterCount = loaded?.parameterCount
        notices += loaded?.notices ?? []
    }

    /// A part that can be read; nil, and a line among the problems, for one that cannot.
    @discardableResult private mutating func noting<Part>(_ read: () throws -> Part) -> Part? {
        do {
            return try read()
        } catch {
            problems.append("\(error)")
            firstError = firstError ?? error
            return nil
        }
    }

    private mutating func add(_ tokenizer: any Tokenizer, for tower: TextTowerConfiguration) {
        let kind = tokenizer is SentencePieceTokenizer ? "SentencePiece's unigrams" : "byte pairs"
        let file = (tokenizer.path as NSString).lastPathComponent
        self.tokenizer = "\(kind) (\(file)), \(tokenizer.vocabularySize) tokens"
        notices += tokenizer.notices
        noting {
            guard tokenizer.vocabularySize <= tower.vocabularySize else {
                throw InputError(
                    path: tokenizer.path, place: "vocabulary",
                    expected: "at most the \(tower.vocabularySize) tokens of "
                        + "config.json", found: tokenizer.vocabularySize)
            }
            let ids = try tokenizer.encode("a photo", maxTokens: tower.positionCount).ids
            guard case .first(let end) = tower.pooling, !ids.contains(Int32(clamping: end)) else { return }
            throw InputError(
                path: tokenizer.path, place: "end of a text",
                expected: "token \(end), eos_token_id of config.json", found: ids.last.map { "\($0)" } ?? "none")
        }
    }

    private mutating func add(_ transform: PictureTransform, for tower: VisionTowerConfiguration) {
        let resampling = transform.resampling == .bicubic ? "bicubic" : "bilinear"
        let (fitting, size): (String, PictureSize) =
            switch transform.fit {
            case .squash(let size): ("squashed to \(size.width) x \(size.height)", size)
            case .shortSideCentred(let short, let crop):
                ("shorter side \(short), the middle \(crop.width) x \(crop.height)", crop)
            case .shortSide(let short): ("shorter side \(short)", PictureSize(width: short, height: short))
            case .shortSideCropped(let short, let crop):
                ("shorter side \(short), the middle \(crop) x \(crop)", PictureSize(width: crop, height: crop))
            }
        preprocessing = "\(fitting), \(resampling), mean \(transform.mean), deviation \(transform.deviation)"
        let (side, path) = (tower.imageSize, folder + "/preprocessor_config.json")
        noting {
            guard size == PictureSize(width: side, height: side) else {
                throw InputError(
                    path: path, place: "size",
                    expected: "\(side) x \(side), image_size of config.json", found: "\(size.width) x \(size.height)")
            }
        }
    }

    private static func byteCount(_ file: String) throws(InputError) -> Int {
        let files = file.hasSuffix(".index.json") ? try WeightsIndex(path: file).parts.map(\.path) : [file]
        var sum = 0
        for file in files { sum += try MappedFile(path: file).bytes.count }
        return sum
    }
}

extension Pretrained {
    fileprivate var facts: (parameterCount: Int, notices: [String]) { (parameters.valueCount, notices) }
}

extension DualEncoder {
    fileprivate var facts: (parameterCount: Int, notices: [String]) { (parameters.valueCount, notices) }
}
