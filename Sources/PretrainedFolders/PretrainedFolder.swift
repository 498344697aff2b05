import ArrayFiles
package import AsCLBase
import Foundation
package import Torch
package import TorchNN

/// A Hugging Face folder of a CLIP or a SigLIP: `config.json` and weights in any of the forms that `transformers` reads.
/// Opening it reads the configuration alone.
package struct PretrainedFolder: Sendable {
    /// The folder.
    package let directory: String
    /// Whose model it is.
    package let family: PretrainedFamily
    private let text: TextTowerConfiguration?
    private let vision: VisionTowerConfiguration?
    private let modelType: String

    /// Reads `config.json`.
    /// - Throws: `InputError` where it is another model's, or an impossible one, with what to fetch instead.
    package init(directory: String) throws(InputError) {
        let file = try ConfigurationFile(path: directory + "/config.json", of: "a CLIP's or a SigLIP's")
        let keys = try file.decoded(ModelKeys.self)
        let (type, kind) = try Self.kind(keys, file)
        self.directory = directory
        modelType = type
        family = kind.family
        let isAlone = !kind.hasText || !kind.hasVision
        // Where an older file has both, transformers follows the `_dict`, also in what that leaves out.
        let textKeys = isAlone ? keys.whole : keys.text_config_dict ?? keys.text_config ?? TowerKeys()
        let visionKeys = isAlone ? keys.whole : keys.vision_config_dict ?? keys.vision_config ?? TowerKeys()
        text =
            kind.hasText
            ? TextTowerConfiguration(family, textKeys, of: keys, isAlone: isAlone) : nil
        vision =
            kind.hasVision
            ? VisionTowerConfiguration(family, visionKeys, of: keys, isAlone: isAlone) : nil
        try text?.check(file, prefix: isAlone ? "" : "text_config.")
        try vision?.check(file, prefix: isAlone ? "" : "vision_config.")
        if vision != nil, visionKeys.vision_use_head == false {
            throw file.wrong(
                (isAlone ? "" : "vision_config.") + "vision_use_head", "true: a picture needs a vector", "false")
        }
        if let text, let vision, text.projectionSize != vision.projectionSize {
            throw file.wrong(
                "text_config.projection_size",
                "\(vision.projectionSize), the values of a picture's vector (vision_config.hidden_size)",
                "\(text.projectionSize)")
        }
    }

    /// Whether a folder's `config.json` names a model that this reads, whatever else is wrong with it.
    package static func isNamed(in directory: String) -> Bool {
        let file = try? ConfigurationFile(path: directory + "/config.json", of: "a model's")
        let type = try? file?.decoded(ModelKeys.self).model_type
        return type.flatMap { PretrainedFamily.kinds[$0] } != nil
    }

    /// The text tower's configuration.
    /// - Throws: `InputError` where the folder has none.
    package func textConfiguration() throws(InputError) -> TextTowerConfiguration {
        if let text { return text }
        throw lacking("text")
    }

    /// The picture tower's configuration.
    /// - Throws: `InputError` where the folder has none.
    package func visionConfiguration() throws(InputError) -> VisionTowerConfiguration {
        if let vision { return vision }
        throw lacking("picture")
    }

    private func lacking(_ tower: String) -> InputError {
        let name = family == .clip ? "clip" : "siglip"
        return InputError(
            path: directory + "/config.json", place: "model_type",
            expected: "\(name), a model with a \(tower) tower",
            found: "\(modelType), a tower alone: fetch the whole model that it was taken from")
    }

    /// What cosines are multiplied by before they are compared, as its logarithm, and a SigLIP's bias.
    /// - Throws: `InputError` where the weights have none: those of a tower alone.
    package func logitScale() throws -> (scale: Float, bias: Float?) {
        let weights = try PretrainedWeights(
            directory: directory,
            names: PretrainedNames(
                owner: family == .clip ? "a CLIP's" : "a SigLIP's", wrappers: ["module."], parts: ["logit_"],
                unread: [""],
                buffers: []
            ) { String($0) })
        func number(_ name: String) throws -> Float {
            guard let tensor = weights.tensors[name], tensor.count == 1 else {
                throw InputError(path: weights.path, place: name, expected: "a number", found: "none")
            }
            return try Float(tensor.to(.float32).reshaped([]).item())
        }
        return (try number("logit_scale"), family == .siglip ? try number("logit_bias") : nil)
    }

    /// Which towers of a folder's weights are wanted.
    package enum Towers: Sendable {
        case text, vision, both
    }

    /// A model built of its weights, under the names of the whole model: `text_model.*`, `text_projection.*`,
    /// `vision_model.*`, `visual_projection.*`, `logit_scale`, `logit_bias`.
    /// - Throws: `InputError` or `ParameterError` naming file and tensor where there are none, broken ones or others.
    package func load<Model>(
        _ towers: Towers, use: ParameterUse, device: Device, _ build: (ParameterScope) throws -> Model
    ) throws -> Pretrained<Model> {
        if use == .inference(products: .bfloat16), device == .cpu, !Torch.multipliesBFloat16 {
            throw InputError(
                place: "precision", expected: "a processor that multiplies bfloat16 (AVX-512 BF16)",
                found: "none of them: float32 is faster here")
        }
        let weights = try weights(towers)
        let (model, parameters) = try ParameterStore.load(
            weights.tensors, from: weights.path, use: use, device: device, build)
        return Pretrained(model: model, parameters: parameters, notices: weights.notices)
    }

    private func weights(_ towers: Towers) throws -> PretrainedWeights {
        let wanted: (parts: [String], others: [String]) =
            switch towers {
            case .text: (["text_model."], ["text_projection."])
            case .vision: (["vision_model."], ["visual_projection."])
            case .both: (["text_model.", "vision_model."], ["text_projection.", "visual_projection.", "logit_"])
            }
        // A tower alone is saved without the name of the tower by transformers 5.
        let prefix = text == nil ? "vision_model." : vision == nil ? "text_model." : ""
        let towerParts = ["embeddings.", "encoder.", "final_layer_norm.", "pre_layrnorm.", "post_layernorm.", "head."]
        return try PretrainedWeights(
            directory: directory,
            names: PretrainedNames(
                owner: family == .clip ? "a CLIP's" : "a SigLIP's", wrappers: ["module."], parts: wanted.parts,
                others: wanted.others,
                // The other tower is there for others.
                unread: ["text_model.", "vision_model.", "text_projection.", "visual_projection.", "logit_"],
                buffers: [".embeddings.position_ids"]
            ) { name in towerParts.contains(where: name.hasPrefix) ? prefix + name : String(name) })
    }

    private static func kind(
        _ keys: ModelKeys, _ file: ConfigurationFile
    ) throws(InputError) -> (type: String, (family: PretrainedFamily, hasText: Bool, hasVision: Bool)) {
        let expected = "clip or siglip"
        if keys.hasOwnCode {
            throw file.wrong(
                "auto_map", "a model that transformers itself computes",
                "code of the folder's own, which is never run: fetch a CLIP or SigLIP such as \(CommonModels.clip)")
        }
        guard let type = keys.model_type else {
            throw file.wrong(
                "model_type", expected,
                keys.architectures?.first.map { "none, and \($0.shownInOneLine) in architectures" }
                    ?? "none: fetch a model in the layout of transformers such as \(CommonModels.clip)")
        }
        if let kind = PretrainedFamily.kinds[type] { return (type, kind) }
        if type.hasPrefix("siglip2") {
            throw file.wrong(
                "model_type", expected,
                "\(type), SigLIP 2 with pictures of any shape (NaFlex): fetch one of fixed resolution such as "
                    + CommonModels.siglip)
        }
        if ["mobileclip", "fastvit", "fast_vit", "timm_wrapper"].contains(where: type.hasPrefix) {
            throw file.wrong(
                "model_type", expected,
                "\(type.shownInOneLine), whose pictures go through another network (FastViT): fetch a ViT such as "
                    + CommonModels.clip)
        }
        throw file.wrong("model_type", expected, "\(type.shownInOneLine): fetch a model such as \(CommonModels.clip)")
    }
}

/// A model with the weights of a folder.
package struct Pretrained<Model: Sendable>: Sendable {
    /// The model.
    package let model: Model
    /// Its parameters, under the files' names. Only those that were loaded for training may be written to.
    package let parameters: ParameterSet
    /// What of the folder is left out; a line each.
    package let notices: [String]
}

/// Models to point at.
private enum CommonModels {
    static let clip = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K"
    static let siglip = "google/siglip2-base-patch32-256"
}

extension PretrainedFolder {
    /// What a folder's numbers come from besides the weights: files of which no folder has all.
    package static let settings = [
        "config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "vocab.json", "merges.txt", "vocab.txt", "spiece.model", "tokenizer.model", "preprocessor_config.json",
        "processor_config.json",
    ]

    /// A SHA-256 over the contents of the folder's files that decide what is computed, by their names: configuration,
    /// weights, tokenizer and preprocessing. A copy has the same; with one byte changed it is another.
    /// - Parameter digests: Knows files that were read before.
    package func fingerprint(_ digests: inout FileDigests) throws(InputError) -> String {
        let weights = try PretrainedWeights.file(in: directory)
        var paths =
            Self.settings.map { directory + "/" + $0 }
            .filter { FileManager.default.fileExists(atPath: $0) } + [weights]
        if weights.hasSuffix(".index.json") { paths += try WeightsIndex(path: weights).parts.map(\.path) }
        var whole = Digest()
        for path in paths {
            whole.add(URL(fileURLWithPath: path).lastPathComponent)
            whole.add(try digests.digest(ofFile: path))
        }
        return whole.description
    }
}
