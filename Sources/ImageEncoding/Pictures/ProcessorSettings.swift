import AsCLBase
import Foundation
import Torch

/// The image processors of transformers that are read here, by the defaults that each has for what a file leaves out.
enum ImageProcessor: String {
    case clip = "CLIPImageProcessor"
    case siglip = "SiglipImageProcessor"

    /// By the name that a file has for it, of any year.
    init?(name: String) {
        let suffixes = ["Fast", "Pil"]
        let base = suffixes.first(where: name.hasSuffix).map { String(name.dropLast($0.count)) } ?? name
        self.init(rawValue: base.replacing("FeatureExtractor", with: "ImageProcessor"))
    }

    var mean: [Float] { self == .clip ? [0.48145466, 0.4578275, 0.40821073] : [0.5, 0.5, 0.5] }
    var deviation: [Float] { self == .clip ? [0.26862954, 0.26130258, 0.27577711] : [0.5, 0.5, 0.5] }
}

/// A processor's settings as its file has them.
struct ProcessorSettings {
    let processor: ImageProcessor
    private let values: JSONValue
    private let path: String

    /// What is read here, and what changes nothing.
    private static let keys: Set = [
        "do_resize", "size", "resample", "do_center_crop", "crop_size", "do_rescale", "rescale_factor", "do_normalize",
        "image_mean", "image_std", "do_convert_rgb", "image_processor_type", "feature_extractor_type",
        "processor_class", "_valid_processor_keys", "data_format", "input_data_format", "device", "disable_grouping",
        "return_tensors",
    ]
    /// More than any encoder's side; what it costs is its square.
    private static let longestSide = 4096

    init(_ value: JSONValue, path: String, directory: String) throws(InputError) {
        (values, self.path) = (value, path)
        func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
            InputError(path: path, place: place, expected: expected, found: found)
        }
        guard case .object(let members) = value else { throw wrong("top level", "an object", value.kind) }
        var name = (value["image_processor_type"] ?? value["feature_extractor_type"])?.string
        if name == nil {
            let configuration = directory + "/config.json"
            let model =
                FileManager.default.fileExists(atPath: configuration)
                ? try JSONReader.value(of: MappedFile(path: configuration))["model_type"]?.string : nil
            name = ["clip": "CLIPImageProcessor", "siglip": "SiglipImageProcessor"][model ?? ""]
        }
        guard let processor = name.flatMap(ImageProcessor.init(name:)) else {
            throw wrong("image_processor_type", "CLIPImageProcessor or SiglipImageProcessor", name ?? "none")
        }
        self.processor = processor
        for (key, value) in members where !Self.keys.contains(key) {
            // What is there and off changes nothing.
            switch value {
            case .null, .bool(false): continue
            default: throw wrong(key.shownInOneLine, "nothing of this name, which is not done here", value.kind)
            }
        }
    }

    func wrong(_ place: String, _ expected: String, _ found: String) -> InputError {
        InputError(path: path, place: place, expected: expected, found: found)
    }

    /// Whether a step is taken; by default it is.
    func isTrue(_ key: String, otherwise standard: Bool = true) throws(InputError) -> Bool {
        guard let value = values[key] else { return standard }
        guard let flag = value.bool else { throw wrong(key, "true or false", value.kind) }
        return flag
    }

    func number(_ key: String) throws(InputError) -> Double? {
        guard let value = values[key] else { return nil }
        guard let number = value.number else { throw wrong(key, "a number", value.kind) }
        return number
    }

    /// Three numbers, or one for all channels.
    func channels(_ key: String) throws(InputError) -> [Float]? {
        guard let value = values[key] else { return nil }
        let numbers = value.number.map { [$0, $0, $0] } ?? value.array?.compactMap(\.number) ?? []
        guard numbers.count == 3, value.array?.count ?? 3 == 3, numbers.allSatisfy({ Float($0).isFinite }) else {
            throw wrong(key, "three numbers", value.array.map { "\($0.count)" } ?? value.kind)
        }
        return numbers.map { Float($0) }
    }

    /// Pillow's number of a filter; both classes take bicubic where none is named.
    func resampling() throws(InputError) -> Resampling {
        guard let value = values["resample"] else { return .bicubic }
        switch value.count {
        case 2: return .bilinear
        case 3: return .bicubic
        default: throw wrong("resample", "2 (bilinear) or 3 (bicubic)", value.kind)
        }
    }

    func fit() throws(InputError) -> PictureTransform.Fit {
        // SigLIP's class knows no crop unless a file asks for one.
        let crops = try isTrue("do_center_crop", otherwise: processor == .clip)
        let crop = crops ? try rectangle("crop_size") ?? PictureSize(width: 224, height: 224) : nil
        let size = values["size"]
        if let short = try shortSide(size) {
            guard let crop else {
                throw wrong("do_center_crop", "true where size is a short side: the encoder takes one size", "false")
            }
            guard max(crop.width, crop.height) <= short else {
                throw wrong("crop_size", "at most size, \(short)", "\(crop.width) x \(crop.height)")
            }
            return .shortSideCentred(short, crop: crop)
        }
        let whole = try rectangle("size") ?? PictureSize(width: 224, height: 224)
        guard crop == nil || crop == whole else {
            throw wrong("crop_size", "the whole of size where that is a height and a width", "another")
        }
        return .squash(whole)
    }

    /// The length that the shorter side gets, where `size` is one; CLIP's class takes a single number for it.
    private func shortSide(_ size: JSONValue?) throws(InputError) -> Int? {
        guard let size else { return processor == .clip ? 224 : nil }
        if processor == .clip, size.number != nil { return try side(size, "size") }
        guard let short = size["shortest_edge"] else { return nil }
        if let long = size["longest_edge"] { throw wrong("size.longest_edge", "none", long.kind) }
        return try side(short, "size.shortest_edge")
    }

    /// A height and a width: by name, in this order, or one number for both.
    private func rectangle(_ key: String) throws(InputError) -> PictureSize? {
        guard let value = values[key] else { return nil }
        if key == "crop_size", value.number != nil {
            let side = try side(value, key)
            return PictureSize(width: side, height: side)
        }
        if let sides = value.array, sides.count == 2 {
            return PictureSize(width: try side(sides[1], key), height: try side(sides[0], key))
        }
        guard let height = value["height"], let width = value["width"] else {
            throw wrong(key, "height and width", value.kind)
        }
        return PictureSize(width: try side(width, key + ".width"), height: try side(height, key + ".height"))
    }

    private func side(_ value: JSONValue, _ place: String) throws(InputError) -> Int {
        guard let side = value.count, (1...Self.longestSide).contains(side) else {
            throw wrong(place, "1 to \(Self.longestSide) pixels", value.kind)
        }
        return side
    }
}
