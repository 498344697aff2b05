package import AsCLBase
import Foundation
import PretrainedFolders
package import RetrievalData
package import TextEncoding
public import Torch
package import TorchNN

/// A model and its text encoder, as a checkpoint's folder holds them (docs/method.md, Files): `config.json`,
/// `model.safetensors`, `text_encoder/`.
public struct RetrievalModel: Sendable {
    /// The method: AsCL or a baseline.
    package let scorer: any PairScorer
    /// The method's parameters.
    package let parameters: ParameterSet
    /// Tokenizer and BERT.
    package let textEncoder: TextEncoder
    /// Where it computes.
    package let device: Device
    /// Whose features it reads, where that is known: an encoder's identity, or a part that tells it from others.
    package let features: String?

    /// The method's shape and settings.
    package var configuration: any ModelConfiguration { scorer.modelConfiguration }

    /// The method where only AsCL will do.
    /// - Throws: `InputError` when it is a baseline.
    package var ascl: AsCLModel {
        get throws(InputError) {
            guard let ascl = scorer as? AsCLModel else {
                throw InputError(
                    path: "model", place: "architecture", expected: "ascl", found: configuration.method.rawValue)
            }
            return ascl
        }
    }

    /// A fresh model.
    /// - Parameter features: Whose features it is to be trained on, where that is known.
    package init(
        _ configuration: any ModelConfiguration, textEncoder: TextEncoder, features: String? = nil, seed: UInt64,
        device: Device = .cpu
    ) throws {
        let fresh = try ParameterStore.initialize(seed: seed, device: device) { try configuration.build($0) }
        let given = configuration.given(by: textEncoder)
        (scorer, parameters) =
            given.isEmpty
            ? fresh
            : try ParameterStore.load(
                fresh.parameters.dictionary.merging(given) { $1 }, from: textEncoder.directory, device: device
            ) { try configuration.build($0) }
        self.textEncoder = textEncoder
        self.device = device
        self.features = features
    }

    /// A CLIP or a SigLIP by itself, from its folder: its text tower, for vectors that its picture tower made.
    /// - Throws: `InputError` or `ParameterError` naming the file and what does not fit.
    package init(pretrained directory: String, device: Device = .cpu, digests: inout FileDigests) throws {
        let folder = try PretrainedFolder(directory: directory)
        let fingerprint = try folder.fingerprint(&digests)
        // A SigLIP 2's table of tokens is half of its weights, and a sentence looks up a dozen of its rows.
        let encoder = try TextEncoder(
            directory: directory, use: .inference(products: .float32), device: device)
        let configuration = try PretrainedConfiguration(
            folder.family.method, of: encoder, maxTokens: encoder.positionCount)
        try self.init(configuration, textEncoder: encoder, features: fingerprint, seed: 0, device: device)
    }

    /// Loads a checkpoint's folder.
    /// - Throws: An error that names the file, the key or all parameters that do not fit.
    public init(checkpoint directory: String, device: Device = .cpu) throws {
        let configuration = try ModelConfigurationFile.read(directory + "/config.json")
        let path = directory + "/model.safetensors"
        let tensors = try TensorFiles.load(weights: path)
        (scorer, parameters) = try ParameterStore.load(tensors, from: path, device: device) {
            try configuration.build($0)
        }
        textEncoder = try TextEncoder(directory: directory + "/text_encoder", device: device)
        try configuration.check(textEncoder, path: directory + "/config.json")
        self.device = device
        features = ModelConfigurationFile.features(directory + "/config.json")
    }

    private init(_ model: RetrievalModel, textEncoder: TextEncoder) {
        (scorer, parameters, device, features) = (model.scorer, model.parameters, model.device, model.features)
        self.textEncoder = textEncoder
    }

    /// The same model with some of its parameters replaced.
    /// - Parameter path: Where they are from, for errors.
    init(_ model: RetrievalModel, taking tensors: [String: Tensor], from path: String) throws {
        let all = model.parameters.dictionary.merging(tensors) { $1 }
        (scorer, parameters) = try ParameterStore.load(all, from: path, device: model.device) {
            try model.configuration.build($0)
        }
        (textEncoder, device, features) = (model.textEncoder, model.device, model.features)
    }

    /// The same model where its frozen text encoder works for a training in a precision: in `int16` its products are of
    /// bfloat16 if the processor has them, 4 times as fast as float32's.
    package func readingTexts(in precision: Precision) throws -> RetrievalModel {
        guard precision == .int16, device == .cpu, Torch.multipliesBFloat16, !configuration.readsTokens else {
            return self
        }
        return RetrievalModel(self, textEncoder: try textEncoder.inferring(products: .bfloat16))
    }

    /// Writes the model into a checkpoint's folder, file by file, each beside and renamed.
    package func save(to directory: String) throws {
        try Folder.make(directory)
        try textEncoder.save(to: directory + "/text_encoder")
        try TensorFiles.save(parameters.dictionary, to: directory + "/model.safetensors")
        try configuration.write(to: directory + "/config.json", features: features)
    }

    /// Runs `body` with libtorch's products in the precision asked for.
    package func computing<Result>(in precision: Precision, _ body: () throws -> Result) throws -> Result {
        guard precision == .bf16 else { return try body() }
        return try autocast(.bfloat16, on: device, body)
    }

    /// Checks that a precision can be had.
    package func check(_ precision: Precision) throws(InputError) {
        guard !scorer.supports(precision, on: device) else { return }
        throw InputError(
            path: "precision", place: precision.rawValue, expected: "AsCL with sum fusion on the CPU",
            found: "\(description) on \(device)")
    }

    /// Checks that a split's features are of the sizes the model was made for, and of the encoder where both are known.
    package func check(_ split: RetrievalSplit, path: String) throws(InputError) {
        let wanted = configuration
        if let features, let encoder = split.encoder, !encoder.contains(features) {
            throw InputError(
                path: path, place: "\(split.name) features",
                expected: "those of \(features), which the model reads", found: "those of \(encoder)")
        }
        guard !wanted.readsRegions || split.regionDimension == wanted.regionDimension else {
            throw InputError(
                path: path, place: "\(split.name) region features",
                expected: "dimension \(wanted.regionDimension) (region_dimension of the model)",
                found: "\(split.regionDimension)")
        }
        if wanted.readsGrid { _ = try GridSide(of: split) }
        if let count = wanted.regionCount, split.regionCount != count {
            throw InputError(
                path: path, place: "\(split.name) region features",
                expected: "\(count) an image, as the model has places for", found: "\(split.regionCount)")
        }
        guard split.globalDimension == wanted.globalDimension else {
            throw InputError(
                path: path, place: "\(split.name) global features",
                expected: "dimension \(wanted.globalDimension) (global_dimension of the model)",
                found: "\(split.globalDimension)")
        }
    }

    /// Raw features of a split's images, on the model's device.
    /// - Throws: `InputError` naming the place of a NaN or an infinity.
    package func images(_ split: RetrievalSplit, _ indices: [Int]) throws -> ImageBatch {
        let regions = try Tensor.empty([indices.count, split.regionCount, split.regionDimension])
        let globals = try Tensor.empty([indices.count, split.globalDimension])
        try regions.withBytes { memory in
            Result { try split.gatherRegions(indices, into: memory.bindMemory(to: Float.self)) }
        }.get()
        try globals.withBytes { memory in
            Result { try split.gatherGlobals(indices, into: memory.bindMemory(to: Float.self)) }
        }.get()
        return try ImageBatch(
            regions: regions.to(device: device), globals: globals.to(device: device),
            boxes: boxes(split, indices)?.to(device: device), sceneTexts: sceneTexts(split, indices))
    }

    /// Tokens of captions, at most the configuration's `max_tokens`.
    package func tokenize(_ captions: [String]) throws -> [TokenizedText] {
        try textEncoder.tokenize(captions, maxTokens: configuration.maxTokens)
    }

    /// The width of raw words: the text encoder's, or one where words are tokens.
    package var wordWidth: Int { configuration.readsTokens ? 1 : textEncoder.width }

    /// Raw words `[words, B]` of all captions, without a graph; equal captions are encoded once. Where the method has word
    /// embeddings of its own they are the tokens themselves, `[words, 1]`, which float32 holds exactly.
    /// - Parameter progress: Called with the captions encoded so far.
    package func encode(_ tokens: [[Int32]], progress: (Int) -> Void = { _ in }) throws(TorchError) -> TextBatch {
        if configuration.readsTokens { return try Self.tokensAsWords(tokens, on: device) }
        return try withoutGradients { () throws(TorchError) in
            var places: [[Int32]: Int] = [:]
            var unique: [[Int32]] = []
            let placeOfCaption = tokens.map { caption in
                if let place = places[caption] { return place }
                places[caption] = unique.count
                unique.append(caption)
                return unique.count - 1
            }
            var batches: [TextBatch] = []
            for start in stride(from: 0, to: unique.count, by: Self.captionsAtOnce) {
                let end = min(start + Self.captionsAtOnce, unique.count)
                batches.append(try textEncoder.encode(Array(unique[start..<end])))
                progress(end * tokens.count / unique.count)
            }
            let encoded = try TextBatch.joined(batches)
            return unique.count == tokens.count ? encoded : try encoded.selecting(placeOfCaption)
        }
    }

    /// Tokens as raw words `[words, 1]`.
    private static func tokensAsWords(_ tokens: [[Int32]], on device: Device) throws(TorchError) -> TextBatch {
        let ids = tokens.flatMap { $0.map(Float.init) }
        return try TextBatch(rows: Tensor(ids, shape: [ids.count, 1]).to(device: device), lengths: tokens.map(\.count))
    }

    /// For errors.
    private var description: String {
        (scorer as? AsCLModel).map { "\($0.configuration.fusion) fusion" } ?? configuration.method.rawValue
    }

    /// Enough for sorting by length to pay, few enough for progress to show.
    private static let captionsAtOnce = 512
}
