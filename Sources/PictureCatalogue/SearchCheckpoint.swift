package import FeatureExtraction

/// A trained model that is to search by an index's features.
package struct SearchCheckpoint: Sendable {
    /// Its own vectors of pictures.
    package struct Vectors: Sendable {
        /// Of a vector.
        package let dimension: Int
        /// `[pictures, dimension]` of pictures' features, each from its own alone.
        package let make: @Sendable (_ records: [PictureRecord]) throws -> [Float]

        /// Joins both.
        package init(
            dimension: Int, make: @escaping @Sendable (_ records: [PictureRecord]) throws -> [Float]
        ) {
            self.dimension = dimension
            self.make = make
        }
    }

    let path, fingerprint: String
    /// What pictures are searched by; nil where the encoder's own vectors serve.
    package let vectors: Vectors?

    /// - Parameters:
    ///   - path: Its folder, for whoever opens the index.
    ///   - fingerprint: What tells it from any other.
    ///   - vectors: Its own of pictures, if any.
    package init(path: String, fingerprint: String, vectors: Vectors?) {
        (self.path, self.fingerprint, self.vectors) = (path, fingerprint, vectors)
    }
}
