/// What a detector took a region for.
package struct RegionLabel: Sendable, Equatable {
    /// The name of the class, such as `dog`.
    package let name: String
    /// How sure the detector was, in [0, 1]; nil where the data does not say.
    package let confidence: Float?

    /// Makes a label.
    package init(name: String, confidence: Float?) {
        self.name = name
        self.confidence = confidence
    }
}
