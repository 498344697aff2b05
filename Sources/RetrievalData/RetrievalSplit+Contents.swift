package import AsCLBase

extension RetrievalSplit {
    /// A digest of the captions, in 64 hexadecimal digits.
    package var captionsDigest: String {
        var digest = Digest()
        for caption in captions { digest.add(caption) }
        imageOfCaption.withUnsafeBytes { digest.add($0) }
        return digest.description
    }

    /// A digest of the feature files, whole, and of the rows in them that are the split's images: a change anywhere in
    /// them is noticed.
    package func featuresDigest(_ files: inout FileDigests) throws(InputError) -> String {
        var digest = Digest()
        for set in sets {
            digest.add(try files.digest(ofFile: set.regions.path))
            if let globals = set.globals { digest.add(try files.digest(ofFile: globals.path)) }
        }
        for row in rows { [row.set, row.row].withUnsafeBytes { digest.add($0) } }
        return digest.description
    }
}

extension [RetrievalSplit] {
    /// What somebody who uses these splits has to be told: which images are left out, and that regions stand in for
    /// missing globals. Parts of one split say so once.
    package var omissions: [String] {
        var told: Set<String> = []
        return flatMap { split -> [String] in
            guard told.insert(split.name).inserted else { return [] }
            return
                (split.withoutFeatures > 0
                ? ["\(split.name): \(split.withoutFeatures) images without features left out; failed.tsv says why"]
                : [])
                + (split.globalsAreRegionMeans
                    ? ["\(split.name): no global features; the mean of the regions serves"] : [])
        }
    }
}
