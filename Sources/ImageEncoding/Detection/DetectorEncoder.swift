/// Describes a whole picture by one vector.
package protocol GlobalDescriber: Sendable {
    /// Values a picture.
    var globalDimension: Int { get }
    /// The describer, its settings and a digest of its weights in one line.
    var identity: String { get }
    /// The smallest size a picture may be shrunk to while it is loaded, without harm to what is computed from it.
    func smallestUsefulSize(width: Int, height: Int) -> PictureSize
    /// One vector a picture, in order.
    func globalFeatures(of pictures: [Picture]) throws -> [[Float]]
}

/// Regions by a detector and one vector of the whole by another network, as the paper has it.
package struct DetectorEncoder: PictureEncoder {
    private let detector: any RegionDetector
    private let describer: any GlobalDescriber
    /// What it makes of every picture.
    package let shape: FeatureShape
    /// Both networks, their settings and digests of their weights in one line.
    package let identity: String

    /// Joins them.
    /// - Parameters:
    ///   - regions: Regions a picture.
    ///   - detectorDigest: A digest of the detector's weights.
    package init(
        detector: any RegionDetector, detectorDigest: String, describer: any GlobalDescriber, regions: Int = 36
    ) {
        self.detector = detector
        self.describer = describer
        shape = FeatureShape(
            regions: regions, regionDimension: detector.regionDimension, globalDimension: describer.globalDimension,
            hasClasses: true)
        identity = "\(regions) regions: \(detector.identity) weights \(detectorDigest); global: \(describer.identity)"
    }

    /// The detector's classes by number, the background first.
    package var classNames: [String] { detector.classNames }

    /// The larger of both networks' sizes.
    package func smallestUsefulSize(width: Int, height: Int) -> PictureSize {
        let (one, other) = (
            detector.smallestUsefulSize(width: width, height: height),
            describer.smallestUsefulSize(width: width, height: height)
        )
        return PictureSize(width: max(one.width, other.width), height: max(one.height, other.height))
    }

    /// Features of each picture, in order.
    package func encode(_ pictures: [Picture]) throws -> [PictureFeatures] {
        let globals = try describer.globalFeatures(of: pictures)
        return try zip(pictures, globals).map { picture, global in
            let found = try detector.regions(of: picture, count: shape.regions)
            return PictureFeatures(
                regions: found.features, global: global,
                boxes: found.boxes.flatMap { [$0.left, $0.top, $0.right, $0.bottom] }, classes: found.classes,
                confidences: found.confidences)
        }
    }
}
