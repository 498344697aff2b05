/// The captioned images of one split: the texts in memory, the features mapped.
///
/// Images and captions are numbered from 0 in the order of the files; any number of captions belongs to an image.
package struct RetrievalSplit: Sendable {
    /// The row of an image in one of the feature sets.
    struct Row: Sendable {
        let set: Int
        let row: Int
    }

    /// The name of the split.
    package let name: String
    /// The texts, image after image.
    package let captions: [String]
    /// The image of each caption.
    package let imageOfCaption: [Int]
    /// The captions of each image: at least one, unless it was opened by `Dataset.pictures`.
    package let captionsOfImage: [[Int]]
    /// File names of the images, where the data names them.
    package let imageNames: [String]?
    /// How often the files repeat each image: 1, or 5 in the way of VSE++ and SCAN.
    package let storedTimes: Int
    /// Images of the split that are left out, because `failed.tsv` says that they have no features. Part of a split has
    /// the number of the whole: nobody knows in which part they would have been. Who uses the split tells the user so.
    package let withoutFeatures: Int
    let sets: [FeatureSet]
    let rows: [Row]

    init(
        name: String, captionsOfImages: [[String]], imageNames: [String]?, storedTimes: Int, withoutFeatures: Int = 0,
        sets: [FeatureSet], rows: [Row]
    ) {
        self.name = name
        self.imageNames = imageNames
        self.storedTimes = storedTimes
        self.withoutFeatures = withoutFeatures
        self.sets = sets
        self.rows = rows
        captions = captionsOfImages.flatMap(\.self)
        imageOfCaption = captionsOfImages.indices.flatMap { image in captionsOfImages[image].map { _ in image } }
        var next = 0
        captionsOfImage = captionsOfImages.map { texts in
            defer { next += texts.count }
            return Array(next..<next + texts.count)
        }
    }

    /// Number of images, however often the files repeat them.
    package var imageCount: Int { rows.count }

    /// Regions an image, K.
    package var regionCount: Int { sets[0].regions.rowShape[0] }

    /// Size of a region's feature, R.
    package var regionDimension: Int { sets[0].regions.rowShape[1] }

    /// Size of an image's global feature, G; R where the mean of the regions serves.
    package var globalDimension: Int { sets[0].globals?.rowShape[0] ?? regionDimension }

    /// Whether the data has no global features and the mean of an image's regions stands in for them. Who uses them
    /// tells the user so.
    package var globalsAreRegionMeans: Bool { sets[0].globals == nil }

    /// What made the features, where the data says.
    package var encoder: String? { sets[0].encoder }

    /// Whether the data says where in the picture the regions are.
    package var hasBoxes: Bool { sets[0].boxes != nil }

    /// How many classes the detector tells regions apart by; nil where the data does not say what they show.
    package var regionClassCount: Int? { sets[0].labels?.classCount }

    /// Whether the data says which of a tokenizer's tokens regions are.
    package var hasRegionTokens: Bool { sets.allSatisfy { $0.tokens != nil } }

    /// Whether the data says what is written in the pictures.
    package var hasSceneText: Bool { sets.contains { $0.sceneText != nil } }

    /// The same data with the given images alone, in that order, and their captions.
    package func subset(images: [Int]) -> RetrievalSplit {
        RetrievalSplit(
            name: name, captionsOfImages: images.map { captionsOfImage[$0].map { captions[$0] } },
            imageNames: imageNames.map { names in images.map { names[$0] } }, storedTimes: storedTimes,
            withoutFeatures: withoutFeatures, sets: sets, rows: images.map { rows[$0] })
    }
}
