package import FeatureExtraction

/// A trained model that is to search by an index's features.
package struct SearchCheckpoint: Sendable {
    /// Its own vectors of pictures.
    package struct Vectors: Sendable {
        let dimension: Int
        let make: @Sendable (_ records: [BlockReader.Record]) throws -> [Float]

        /// - Parameter make: `[pictures, dimension]` of pictures' features, each from its own alone.
        package init(
            dimension: Int, make: @escaping @Sendable (_ records: [BlockReader.Record]) throws -> [Float]
        ) {
            self.dimension = dimension
            self.make = make
        }
    }

    let path, fingerprint: String
    let vectors: Vectors?

    /// - Parameters:
    ///   - path: Its folder, for whoever opens the index.
    ///   - fingerprint: What tells it from any other.
    ///   - vectors: What pictures are searched by; nil where the encoder's own vectors serve.
    package init(path: String, fingerprint: String, vectors: Vectors?) {
        (self.path, self.fingerprint, self.vectors) = (path, fingerprint, vectors)
    }
}
