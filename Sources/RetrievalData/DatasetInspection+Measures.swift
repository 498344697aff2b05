import AsCLBase

extension DatasetInspection.Split {
    /// Images whose features the norms are taken of.
    static let sampleCount = 200

    init(_ split: RetrievalSplit, layout: DatasetInspection.Layout) {
        name = split.name
        self.layout = layout
        images = split.imageCount
        captions = split.captions.count
        captionsPerImage = DatasetInspection.Spread(split.captionsOfImage.map(\.count))
        let words = split.captions.map { $0.split(whereSeparator: \.isWhitespace).count }
        wordsPerCaption = words.isEmpty ? nil : DatasetInspection.Spread(words)
        regionCount = split.regionCount
        regionDimension = split.regionDimension
        globalDimension = split.globalsAreRegionMeans ? nil : split.globalDimension
        elementType = "\(split.sets[0].regions.elementType)"
        bytes = split.featureFiles.reduce(0) { $0 + $1.file.byteCount }
        hasBoxes = split.hasBoxes
        hasImageNames = split.imageNames != nil
        storedTimes = split.storedTimes
        withoutFeatures = split.withoutFeatures
        let samples = min(Self.sampleCount, split.imageCount)
        let sample = (0..<samples).map { $0 * split.imageCount / samples }
        regionNorm = Self.meanNorm(of: sample, dimension: split.regionDimension, count: split.regionCount) {
            (images, target) throws(InputError) in try split.gatherRegions(images, into: target)
        }
        globalNorm =
            split.globalsAreRegionMeans
            ? nil
            : Self.meanNorm(of: sample, dimension: split.globalDimension, count: 1) {
                (images, target) throws(InputError) in try split.gatherGlobals(images, into: target)
            }
    }

    private static func meanNorm(
        of images: [Int], dimension: Int, count: Int,
        gather: ([Int], UnsafeMutableBufferPointer<Float>) throws(InputError) -> Void
    ) -> Double? {
        let target = UnsafeMutableBufferPointer<Float>.allocate(capacity: count * dimension)
        defer { target.deallocate() }
        var sum = 0.0
        for image in images {
            do {
                try gather([image], target)
            } catch {
                // The full scan tells of it, with every file's first fault.
                return nil
            }
            for vector in 0..<count {
                var square = 0.0
                for value in target[vector * dimension..<(vector + 1) * dimension] {
                    square += Double(value * value)
                }
                sum += square.squareRoot()
            }
        }
        return sum / Double(images.count * count)
    }
}
