import AsCLBase

extension DatasetInspection.Split {
    /// Images whose features the norms are taken of.
    private static let sampleCount = 200

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
        bytes = split.featureFiles.reduce(0) { $0 + $1.byteCount }
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

extension RetrievalSplit {
    /// Every feature file that the split uses.
    var featureFiles: [FeatureFile] {
        sets.flatMap { [$0.regions, $0.globals, $0.boxes, $0.labels?.confidences].compactMap(\.self) }
    }
}

extension FeatureFile {
    /// Reads the whole file: throws the first NaN or infinity, with the number of rows that hold one, and the first row
    /// that differs from those it should repeat.
    func checkAllRows(repeatedTimes: Int) throws(InputError) {
        var first: InputError?
        var count = 0
        for row in 0..<rowCount {
            do {
                try checkRow(row)
            } catch {
                first = first ?? error
                count += 1
            }
            let original = row - row % repeatedTimes
            if !rowsAreEqual(original, row) {
                throw InputError(
                    path: path, place: "row \(row)",
                    expected: "the same as row \(original), as images stand there five times",
                    found: "another row")
            }
        }
        guard let first else { return }
        let rows = count == 1 ? "the only such row" : "the first of \(count) such rows"
        throw InputError(
            path: first.path, place: first.place, expected: first.expected, found: "\(first.found), \(rows)")
    }
}
