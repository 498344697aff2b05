/// What a detector took a region for.
public struct RegionLabel: Sendable, Equatable {
    /// The name of the class, such as `dog`.
    public let name: String
    /// How sure the detector was, in [0, 1]; nil where the data does not say.
    public let confidence: Float?

    /// Makes a label.
    public init(name: String, confidence: Float?) {
        self.name = name
        self.confidence = confidence
    }
}
