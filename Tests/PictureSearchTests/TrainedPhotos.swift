import AsCLBase
import Foundation
import ImageEncoding
import PictureCatalogue
import PretrainedFolders
import RetrievalFixtures
import RetrievalModels
import TextEncoding
import Torch

@testable import PictureSearch

/// Small pictures, indexed by an encoder for a tiny trained model of random weights.
struct TrainedPhotos {
    let folder: ScratchFolder
    let description: EncoderDescription
    let encoder: any PictureEncoder
    var images: String { folder.path + "/images" }
    var index: String { folder.path + "/index" }

    /// By descriptors, or by the patches of a tiny CLIP.
    init(patches: Bool = false, pictures: Int = 12) throws {
        folder = try ScratchFolder()
        let clip = folder.path + "/clip"
        if patches { try TinyPretrained.write(.clip, to: clip) }
        description = patches ? .patches(folder: clip, grid: nil, projected: false) : .descriptors
        var digests = FileDigests()
        encoder = try description.encoder(on: .cpu, digests: &digests)
        try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
        for number in 0..<pictures { try add(number) }
    }

    func add(_ number: Int) throws {
        let file = URL(fileURLWithPath: "\(images)/\(number).bmp")
        try TinyPicture.bitmap(number).write(to: file)
        // Long ago: a fresh file is read again, since it may yet change within the same stamp.
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: file.path)
    }

    /// Writes a model that reads what the encoder makes.
    func checkpoint(
        _ name: String = "model", _ method: Method = .ascl, seed: UInt64 = 3, features: String?? = nil
    ) throws -> String {
        let place = folder.path + "/" + name
        let text = try TinyTextEncoder.load(writingTo: folder.path + "/text")
        let (regions, global) = (encoder.shape.regionDimension, encoder.shape.globalDimension)
        let tokens = try text.tokenize([TinyTextEncoder.words.joined(separator: " ")], maxTokens: 64).map(\.ids)
        let vocabulary = try CutVocabulary(of: tokens, text)
        let width = TinyTextEncoder.width
        let configuration: any ModelConfiguration =
            switch method {
            case .ascl:
                try AsCLConfiguration(
                    jointDimension: 16, heads: 2, regionDimension: regions, globalDimension: global,
                    textDimension: width, localWeight: 0.6)
            case .lightningDOT:
                JointConfiguration(
                    method, jointDimension: 16, layers: 1, heads: 2, regionDimension: regions, globalDimension: global,
                    textDimension: width, maxTokens: 24, vocabulary: vocabulary, transportWeight: 0)
            case .cots, .lexlip:
                try StreamConfiguration(
                    method, jointDimension: width, layers: 1, heads: 2, regionDimension: regions,
                    globalDimension: global, textDimension: width, maxTokens: 24, vocabulary: vocabulary,
                    text: method == .lexlip ? .init(of: text, vocabulary) : nil)
            case .vista:
                ViSTAConfiguration(
                    jointDimension: 16, layers: 2, fusionLayers: 1, heads: 2, vectorDimension: 8,
                    regions: encoder.shape.regions, regionDimension: regions, globalDimension: global,
                    textDimension: width, maxTokens: 24)
            default:
                BaselineConfiguration(
                    method, jointDimension: 16, regionDimension: regions, globalDimension: global,
                    textDimension: width, vocabularySize: TinyTextEncoder.words.count + 5)
            }
        try RetrievalModel(
            configuration, textEncoder: text, features: features ?? encoder.identity, seed: seed
        ).save(to: place)
        return place
    }

    /// Brings the index up to date.
    @discardableResult
    func update(_ checkpoint: String, finishing: Bool = true) throws -> Indexing.Summary {
        let trained = try TrainedModel(checkpoint: checkpoint)
        try trained.check(encoder)
        let indexing = try Indexing(
            Catalogue(folder: index, isNew: true), encoder: encoder, description: description,
            checkpoint: trained.searchCheckpoint(description, shape: encoder.shape), workers: 1)
        let summary = try indexing.run(images)
        if finishing { try indexing.finish() }
        return summary
    }

    /// The score of a picture and a sentence by the formulas as they stand, from features as float16 keeps them.
    func score(_ path: String, _ sentence: String, by checkpoint: String) throws -> Float {
        let (model, features) = (try RetrievalModel(checkpoint: checkpoint), try features(path))
        let words = try model.encode(model.tokenize([sentence]).map(\.ids))
        let ascl = try model.ascl
        return try ascl.plainScores(ascl.project(features), ascl.project(words)).similarity.array(Float.self)[0]
    }

    /// A picture's features as float16 keeps them.
    func features(_ path: String) throws -> ImageBatch {
        var features = try encoder.encode([PictureFile.decoded(path)])[0]
        features.regions = features.regions.map { Float(Float16($0)) }
        features.global = features.global.map { Float(Float16($0)) }
        return try IndexedFeatures.batch([features], encoder.shape, on: .cpu)
    }

    /// The files of features, by name, with what is in them.
    func blocks() throws -> [String: Data] {
        let model = try FileManager.default.contentsOfDirectory(atPath: index).first { $0.hasPrefix("model-") } ?? ""
        let place = "\(index)/\(model)/features"
        return try Dictionary(
            uniqueKeysWithValues: FileManager.default.contentsOfDirectory(atPath: place).map {
                ("\(place)/\($0)", try Data(contentsOf: URL(fileURLWithPath: "\(place)/\($0)")))
            })
    }
}
