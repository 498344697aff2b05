package import AsCLBase

extension RetrievalSplit {
    /// Writes the regions of `images` as `[images, regions, dimension]`. A NaN or an infinity among them is an error.
    package func gatherRegions(
        _ images: [Int], into target: UnsafeMutableBufferPointer<Float>
    ) throws(InputError) {
        let length = regionCount * regionDimension
        try gather(images, from: \.regions, length: length, into: target) { (file, row, part) throws(InputError) in
            try file.copyRow(row, into: part)
        }
    }

    /// Writes the global features of `images` as `[images, dimension]`; the means of their regions where
    /// `globalsAreRegionMeans`. A NaN or an infinity among them is an error.
    package func gatherGlobals(
        _ images: [Int], into target: UnsafeMutableBufferPointer<Float>
    ) throws(InputError) {
        let (count, dimension) = (regionCount, regionDimension)
        let regions = UnsafeMutableBufferPointer<Float>.allocate(
            capacity: globalsAreRegionMeans ? count * dimension : 0)
        defer { regions.deallocate() }
        let file: (FeatureSet) -> FeatureFile = { $0.globals ?? $0.regions }
        try gather(images, from: file, length: globalDimension, into: target) { (file, row, part) throws(InputError) in
            if !globalsAreRegionMeans { return try file.copyRow(row, into: part) }
            try file.copyRow(row, into: regions)
            part.update(repeating: 0)
            for region in 0..<count {
                for column in 0..<dimension {
                    part[column] += regions[region * dimension + column]
                }
            }
            for column in 0..<dimension {
                part[column] /= Float(count)
            }
        }
    }

    /// The regions' boxes as `[regions, 4]`: x1, y1, x2, y2 as the file has them. Nil where the data has none.
    package func boxes(ofImage image: Int) throws(InputError) -> [[Float]]? {
        guard let values = try sets[rows[image].set].boxes?.row(rows[image].row) else { return nil }
        return (0..<regionCount).map { Array(values[4 * $0..<4 * $0 + 4]) }
    }

    /// What each region of an image shows, in the regions' order. Nil where the data does not say.
    package func regionLabels(ofImage image: Int) throws(InputError) -> [RegionLabel]? {
        try sets[rows[image].set].labels?.labels(row: rows[image].row)
    }

    /// The detector's class of each region of an image, below `regionClassCount`. Nil where the data does not say.
    package func regionClasses(ofImage image: Int) throws(InputError) -> [Int]? {
        try sets[rows[image].set].labels?.numbers(row: rows[image].row)
    }

    /// The discrete token of each region of an image, from `<split>_tokens.npy`. Nil where the data has none.
    /// - Throws: `InputError` naming a region whose token is no number of one.
    package func regionTokens(ofImage image: Int) throws(InputError) -> [Int]? {
        try sets[rows[image].set].tokens?.row(
            rows[image].row, below: Self.mostTokens, "a token, from 0 to \(Self.mostTokens - 1)")
    }

    /// What is written in an image, word by word in reading order; nothing where the data does not say.
    package func sceneText(ofImage image: Int) -> [SceneWord] {
        sets[rows[image].set].sceneText?.image(rows[image].row / storedTimes) ?? []
    }

    /// How many tokens there are, by the greatest that the split's images have. Nil where the data has none.
    package func regionTokenCount() throws(InputError) -> Int? {
        guard hasRegionTokens else { return nil }
        var greatest = 0
        for image in rows.indices { greatest = max(greatest, try regionTokens(ofImage: image)?.max() ?? 0) }
        return greatest + 1
    }

    /// Vocabularies of tokenizers have thousands.
    private static let mostTokens = 1 << 20

    private func gather(
        _ images: [Int], from file: (FeatureSet) -> FeatureFile, length: Int,
        into target: UnsafeMutableBufferPointer<Float>,
        _ copy: (FeatureFile, Int, UnsafeMutableBufferPointer<Float>) throws(InputError) -> Void
    ) throws(InputError) {
        precondition(
            target.count == images.count * length, "\(images.count) images need \(images.count * length) places")
        for image in images {
            file(sets[rows[image].set]).prefetchRow(rows[image].row)
        }
        for (index, image) in images.enumerated() {
            let part = UnsafeMutableBufferPointer(rebasing: target[index * length..<(index + 1) * length])
            try copy(file(sets[rows[image].set]), rows[image].row, part)
        }
    }
}
