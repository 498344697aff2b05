/// The seven numbers that tables of image-text retrieval print.
package enum RetrievalMeasure: Int, CaseIterable, Sendable {
    /// Images ask: a right caption first, in percent.
    case imageToTextR1
    /// Images ask: a right caption among the first five, in percent.
    case imageToTextR5
    /// Images ask: a right caption among the first ten, in percent.
    case imageToTextR10
    /// Captions ask: a right image first, in percent.
    case textToImageR1
    /// Captions ask: a right image among the first five, in percent.
    case textToImageR5
    /// Captions ask: a right image among the first ten, in percent.
    case textToImageR10
    /// The sum of the six, at most 600.
    case rsum

    /// Its name in files.
    package var key: String {
        switch self {
        case .imageToTextR1: "image_to_text_r1"
        case .imageToTextR5: "image_to_text_r5"
        case .imageToTextR10: "image_to_text_r10"
        case .textToImageR1: "text_to_image_r1"
        case .textToImageR5: "text_to_image_r5"
        case .textToImageR10: "text_to_image_r10"
        case .rsum: "rsum"
        }
    }
}
