/// A value for each measure.
package struct PerMeasure<Value> {
    private let values: [Value]

    /// What `value` says of each measure.
    package init<Failure>(_ value: (RetrievalMeasure) throws(Failure) -> Value) throws(Failure) {
        values = try RetrievalMeasure.allCases.map(value)
    }

    /// The value for `measure`.
    package subscript(measure: RetrievalMeasure) -> Value { values[measure.rawValue] }
}

extension PerMeasure: Sendable where Value: Sendable {}
extension PerMeasure: Equatable where Value: Equatable {}

/// As an object whose keys are the measures'.
extension PerMeasure: Codable where Value: Codable {
    /// Reads an object that has every measure.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let byKey = try container.decode([String: Value].self)
        try self.init { measure throws in
            guard let value = byKey[measure.key] else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no \(measure.key)")
            }
            return value
        }
    }

    /// Writes an object of all measures.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let pairs = RetrievalMeasure.allCases.map { ($0.key, self[$0]) }
        try container.encode(Dictionary(uniqueKeysWithValues: pairs))
    }
}

extension PerMeasure<Double> {
    init(imageToText: Recall, textToImage: Recall, rsum: Double) {
        self.init { measure in
            switch measure {
            case .imageToTextR1: imageToText.r1
            case .imageToTextR5: imageToText.r5
            case .imageToTextR10: imageToText.r10
            case .textToImageR1: textToImage.r1
            case .textToImageR5: textToImage.r5
            case .textToImageR10: textToImage.r10
            case .rsum: rsum
            }
        }
    }
}

extension RetrievalResult {
    /// The same numbers by measure.
    package var measures: PerMeasure<Double> {
        PerMeasure(imageToText: imageToText, textToImage: textToImage, rsum: rsum)
    }
}

extension FoldedResult {
    /// The same numbers by measure.
    package var measures: PerMeasure<Double> {
        PerMeasure(imageToText: imageToText, textToImage: textToImage, rsum: rsum)
    }
}
