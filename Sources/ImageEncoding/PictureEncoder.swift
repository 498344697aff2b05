/// Turns pictures into the features that a retrieval model reads: regions with their boxes, and one vector of the whole.
///
/// From a picture file to its features:
///
/// ```swift
/// let tensors = try TensorFiles.load(weights: weights)
/// let backbone = try Backbone(.mobilenetV2, tensors, from: weights, weightsDigest: "b0353104")
/// let encoder = try GridEncoder(backbone)
/// let picture = try PictureDecoder().decode(path: path, shrinkingTo: encoder.smallestUsefulSize)
/// let features = try encoder.encode([picture])[0]
/// ```
package protocol PictureEncoder: Sendable {
    /// What it makes of every picture.
    var shape: FeatureShape { get }
    /// The encoder, its settings and a digest of its weights in one line: features of different identities do not mix.
    var identity: String { get }
    /// Whatever stands for region classes by number; empty where regions have none.
    var classNames: [String] { get }
    /// The smallest size a picture may be shrunk to while it is loaded, without harm to what is computed from it.
    func smallestUsefulSize(width: Int, height: Int) -> PictureSize
    /// Features of each picture, in order; those of one picture do not depend on the others.
    func encode(_ pictures: [Picture]) throws -> [PictureFeatures]
}

/// Width and height in pixels.
package struct PictureSize: Sendable, Equatable {
    /// Columns.
    package var width: Int
    /// Rows.
    package var height: Int

    /// Makes a size.
    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}

/// The sizes of a picture's features.
package struct FeatureShape: Sendable, Equatable, Codable {
    /// Regions a picture.
    package var regions: Int
    /// Values a region.
    package var regionDimension: Int
    /// Values of the picture's own vector.
    package var globalDimension: Int
    /// Whether each region has a class and a confidence.
    package var hasClasses: Bool

    /// Makes a shape.
    package init(regions: Int, regionDimension: Int, globalDimension: Int, hasClasses: Bool) {
        self.regions = regions
        self.regionDimension = regionDimension
        self.globalDimension = globalDimension
        self.hasClasses = hasClasses
    }
}

/// What an encoder makes of one picture.
package struct PictureFeatures: Sendable, Equatable {
    /// `[regions, region dimension]`.
    package var regions: [Float]
    /// `[global dimension]`.
    package var global: [Float]
    /// `[regions, 4]`: left, top, right, bottom as fractions of the picture's width and height.
    package var boxes: [Float]
    /// Class numbers `[regions]`; empty without classes.
    package var classes: [Int32]
    /// Confidence of each class `[regions]`, in [0, 1]; empty without classes.
    package var confidences: [Float]

    /// Makes features.
    package init(
        regions: [Float], global: [Float], boxes: [Float], classes: [Int32] = [], confidences: [Float] = []
    ) {
        self.regions = regions
        self.global = global
        self.boxes = boxes
        self.classes = classes
        self.confidences = confidences
    }
}
