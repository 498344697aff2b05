/// Finds regions worth describing, and describes them.
package protocol RegionDetector: Sendable {
    /// Values a region.
    var regionDimension: Int { get }
    /// Names of the region classes by number; number 0 is the background, which no region has.
    var classNames: [String] { get }
    /// The detector and its settings in one line, without its weights.
    var identity: String { get }
    /// The smallest size a picture may be shrunk to while it is loaded, without harm to what is computed from it.
    func smallestUsefulSize(width: Int, height: Int) -> PictureSize
    /// Exactly `count` regions, the most confident first.
    ///
    /// Those of low confidence fill up where sure ones are few. A picture that has fewer regions altogether - it is
    /// tiny, or a few pixels thin - repeats them in turn, and one without any proposal has one: all of it.
    func regions(of picture: Picture, count: Int) throws -> DetectedRegions
}

/// The regions that a detector found in a picture.
package struct DetectedRegions: Sendable, Equatable {
    /// `[regions, region dimension]`.
    package var features: [Float]
    /// One a region, in fractions of the picture's width and height.
    package var boxes: [Box]
    /// The likeliest class of each region, never the background.
    package var classes: [Int32]
    /// The probability of that class.
    package var confidences: [Float]

    /// Makes regions.
    package init(features: [Float], boxes: [Box], classes: [Int32], confidences: [Float]) {
        self.features = features
        self.boxes = boxes
        self.classes = classes
        self.confidences = confidences
    }
}
