package import AsCLBase

/// How embeddings lie on the unit sphere (figure 4 of the paper): right pairs should be close, everything else spread out.
package struct EmbeddingGeometry: Codable, Sendable, Equatable {
    /// Alignment: distances of the right image-text pairs.
    package let imageTextAlignment: DistanceSpread?
    /// Alignment: distances of the texts of one image; nil where no image has two.
    package let textTextAlignment: DistanceSpread?
    /// Uniformity: distances of all images; nil where there is only one.
    package let imageUniformity: DistanceSpread?
    /// Uniformity: distances of all texts of different images; nil where there are none.
    package let textUniformity: DistanceSpread?

    enum CodingKeys: String, CodingKey {
        case imageTextAlignment = "image_text_alignment"
        case textTextAlignment = "text_text_alignment"
        case imageUniformity = "image_uniformity"
        case textUniformity = "text_uniformity"
    }

    /// Euclidean distances of `images` `[images, dimension]` and `texts` `[captions, dimension]`, row-major, scaled to length
    /// one here. Every pair is visited: the time grows with the square of the numbers, the memory does not.
    package init(
        images: [Float], texts: [Float], dimension: Int, truth: GroundTruth
    ) throws(InputError) {
        let images = try UnitVectors(images, dimension: dimension, count: truth.imageCount, kind: "image")
        let texts = try UnitVectors(texts, dimension: dimension, count: truth.captionCount, kind: "text")
        imageTextAlignment = DistanceSpread { take in
            for image in 0..<images.count {
                for caption in truth.captionsOfImage[image] { take(images.distance(image, to: texts, caption)) }
            }
        }
        textTextAlignment = DistanceSpread { take in
            for text in 0..<texts.count {
                for other in truth.siblings(of: text) where other > text {
                    take(texts.distance(text, to: texts, other))
                }
            }
        }
        imageUniformity = DistanceSpread { take in
            for image in 0..<images.count {
                for other in image + 1..<images.count { take(images.distance(image, to: images, other)) }
            }
        }
        textUniformity = DistanceSpread { take in
            for text in 0..<texts.count {
                var siblings = truth.siblings(of: text)[...].drop { $0 < text }
                for other in text + 1..<texts.count {
                    if siblings.first == other {
                        siblings.removeFirst()
                    } else {
                        take(texts.distance(text, to: texts, other))
                    }
                }
            }
        }
    }
}
