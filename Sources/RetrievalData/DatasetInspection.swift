package import AsCLBase
import Foundation

/// What a data set holds and what is wrong with it.
package struct DatasetInspection: Codable, Sendable, Equatable {
    /// The two ways in which a folder holds a split.
    package enum Layout: String, Codable, Sendable {
        case scan, karpathy
    }

    /// How numbers are spread.
    package struct Spread: Codable, Sendable, Equatable {
        /// The least value.
        package let minimum: Int
        /// A quarter of the values are at most this.
        package let lowerQuartile: Int
        /// Half of the values are at most this.
        package let median: Int
        /// Three quarters of the values are at most this.
        package let upperQuartile: Int
        /// The greatest value.
        package let maximum: Int
        /// The arithmetic mean.
        package let mean: Double

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
    package struct Split: Codable, Sendable, Equatable {
        /// The name of the split.
        package let name: String
        /// Where the split was read from.
        package let layout: Layout
        /// Number of images.
        package let images: Int
        /// Number of captions.
        package let captions: Int
        /// How many captions the images have.
        package let captionsPerImage: Spread
        /// How many words, parted by white space, the captions have; nil without captions.
        package let wordsPerCaption: Spread?
        /// Regions an image, K.
        package let regionCount: Int
        /// Size of a region's feature, R.
        package let regionDimension: Int
        /// Size of the global feature, G; nil where the mean of the regions serves.
        package let globalDimension: Int?
        /// Of the regions: `float16` or `float32`.
        package let elementType: String
        /// Bytes of the feature files that the split uses.
        package let bytes: Int
        /// Mean L2 norm of a region over a sample of images; nil where the sample holds a NaN or an infinity.
        package let regionNorm: Double?
        /// The same of the global features.
        package let globalNorm: Double?
        /// Whether the data says where in the picture the regions are.
        package let hasBoxes: Bool
        /// Whether the data names the images.
        package let hasImageNames: Bool
        /// How often the files repeat each image: 1 or 5.
        package let storedTimes: Int
        /// Images left out, because `failed.tsv` says that they have no features.
        package let withoutFeatures: Int
    }

    /// The path as it was given.
    package let path: String
    /// The splits that could be opened.
    package let splits: [Split]
    /// One line each, naming file, place, expected and found.
    package let problems: [String]

    /// Opens every split and reads all features once. Throws only where there is no data set at all; whatever is
    /// wrong with it stands in `problems`.
    package static func inspect(path: String) throws(InputError) -> DatasetInspection {
        let dataset = try Dataset(path: path)
        var problems: [String] = []
        var splits: [Split] = []
        /// The value of `body`, or nil and one more problem.
        func trying<Value>(_ body: () throws(InputError) -> Value) -> Value? {
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
            let split = trying { () throws(InputError) in
                try ScanLayout.open(folder: dataset.folder, split: name, captionsNeeded: !isCollection)
            }
            if let split { opened.append((split, .scan)) }
        }
        if let file = trying({ () throws(InputError) in try dataset.karpathyFile() }) ?? nil {
            for name in file.splitNames {
                let split = trying { () throws(InputError) in
                    try KarpathyLayout.open(file, folder: dataset.folder, split: name)
                }
                if let split { opened.append((split, .karpathy)) }
            }
        }
        var scanned: Set<String> = []
        for (split, layout) in opened {
            splits.append(Split(split, layout: layout))
            for (file, mayBeZero) in split.featureFiles where scanned.insert(file.path).inserted {
                let faults = file.faults(mayBeZero: mayBeZero)
                problems += [faults.error, faults.notice].compactMap { $0?.description }
                _ = trying { () throws(InputError) in try file.checkRepeats(split.storedTimes) }
            }
        }
        return DatasetInspection(path: path, splits: splits, problems: problems)
    }
}
