import Foundation

/// What a data set holds and what is wrong with it.
public struct DatasetInspection: Codable, Sendable, Equatable {
    /// The two ways in which a folder holds a split.
    public enum Layout: String, Codable, Sendable {
        case scan, karpathy
    }

    /// How numbers are spread.
    public struct Spread: Codable, Sendable, Equatable {
        /// The least value.
        public let minimum: Int
        /// A quarter of the values are at most this.
        public let lowerQuartile: Int
        /// Half of the values are at most this.
        public let median: Int
        /// Three quarters of the values are at most this.
        public let upperQuartile: Int
        /// The greatest value.
        public let maximum: Int
        /// The arithmetic mean.
        public let mean: Double

        /// The spread of `values`, of which there is at least one; a quartile is a value that occurs.
        init(_ values: [Int]) {
            let sorted = values.sorted()
            func quantile(_ quarters: Int) -> Int { sorted[(sorted.count - 1) * quarters / 4] }
            minimum = quantile(0)
            lowerQuartile = quantile(1)
            median = quantile(2)
            upperQuartile = quantile(3)
            maximum = quantile(4)
            mean = Double(values.reduce(0, +)) / Double(values.count)
        }
    }

    /// What one split holds.
    public struct Split: Codable, Sendable, Equatable {
        /// The name of the split.
        public let name: String
        /// Where the split was read from.
        public let layout: Layout
        /// Number of images.
        public let images: Int
        /// Number of captions.
        public let captions: Int
        /// How many captions the images have.
        public let captionsPerImage: Spread
        /// How many words, parted by white space, the captions have; nil without captions.
        public let wordsPerCaption: Spread?
        /// Regions an image, K.
        public let regionCount: Int
        /// Size of a region's feature, R.
        public let regionDimension: Int
        /// Size of the global feature, G; nil where the mean of the regions serves.
        public let globalDimension: Int?
        /// Of the regions: `float16` or `float32`.
        public let elementType: String
        /// Bytes of the feature files that the split uses.
        public let bytes: Int
        /// Mean L2 norm of a region over a sample of images; nil where the sample holds a NaN or an infinity.
        public let regionNorm: Double?
        /// The same of the global features.
        public let globalNorm: Double?
        /// Whether the data says where in the picture the regions are.
        public let hasBoxes: Bool
        /// Whether the data names the images.
        public let hasImageNames: Bool
        /// How often the files repeat each image: 1 or 5.
        public let storedTimes: Int
        /// Images left out, because `failed.tsv` says that they have no features.
        public let withoutFeatures: Int
    }

    /// The path as it was given.
    public let path: String
    /// The splits that could be opened.
    public let splits: [Split]
    /// One line each, naming file, place, expected and found.
    public let problems: [String]

    /// Opens every split and reads all features once. Throws only where there is no data set at all; whatever is
    /// wrong with it stands in `problems`.
    public static func inspect(path: String) throws(DataError) -> DatasetInspection {
        let dataset = try Dataset(path: path)
        var problems: [String] = []
        var splits: [Split] = []
        /// The value of `body`, or nil and one more problem.
        func trying<Value>(_ body: () throws(DataError) -> Value) -> Value? {
            do {
                return try body()
            } catch {
                // One fault can come up in several splits.
                if !problems.contains(error.description) { problems.append(error.description) }
                return nil
            }
        }
        var opened: [(RetrievalSplit, Layout)] = []
        // A collection of pictures needs no captions to be searched.
        let isCollection = FileManager.default.fileExists(atPath: dataset.folder + "/features.json")
        for name in dataset.captionedScanSplits {
            let split = trying { () throws(DataError) in
                try ScanLayout.open(folder: dataset.folder, split: name, captionsNeeded: !isCollection)
            }
            if let split { opened.append((split, .scan)) }
        }
        if let file = trying({ () throws(DataError) in try dataset.karpathyFile() }) ?? nil {
            for name in file.splitNames {
                let split = trying { () throws(DataError) in
                    try KarpathyLayout.open(file, folder: dataset.folder, split: name)
                }
                if let split { opened.append((split, .karpathy)) }
            }
        }
        var scanned: Set<String> = []
        for (split, layout) in opened {
            splits.append(Split(split, layout: layout))
            for file in split.featureFiles where scanned.insert(file.path).inserted {
                _ = trying { () throws(DataError) in try file.checkAllRows(repeatedTimes: split.storedTimes) }
            }
        }
        return DatasetInspection(path: path, splits: splits, problems: problems)
    }
}
