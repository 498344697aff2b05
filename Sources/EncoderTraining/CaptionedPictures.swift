package import AsCLBase
package import RetrievalData

/// Pictures' files and what is said of each.
package struct CaptionedPictures: Sendable {
    /// The file of each picture.
    package let paths: [String]
    /// The captions of each picture, at least one.
    package let captions: [[String]]

    /// - Throws: `InputError` where there are fewer than two pictures, or one without a caption.
    package init(paths: [String], captions: [[String]]) throws(InputError) {
        precondition(paths.count == captions.count, "each picture has its captions")
        guard paths.count > 1 else {
            throw InputError(
                path: paths.first, place: "pictures", expected: "at least 2, to tell apart", found: paths.count)
        }
        for (path, captions) in zip(paths, captions) where captions.isEmpty {
            throw InputError(path: path, place: "captions", expected: "at least one", found: "none")
        }
        (self.paths, self.captions) = (paths, captions)
    }

    /// A split's pictures, which lie in a folder under the names that the split has for them.
    /// - Throws: `InputError` as above, and where the split has no names.
    package init(_ split: RetrievalSplit, images folder: String) throws(InputError) {
        guard let names = split.imageNames else {
            throw InputError(
                path: split.name, place: "image names", expected: "an _ids.txt, to find the pictures by", found: "none")
        }
        try self.init(
            paths: names.map { "\(folder)/\($0)" },
            captions: split.captionsOfImage.map { $0.map { split.captions[$0] } })
    }
}
