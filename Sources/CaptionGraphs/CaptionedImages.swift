package import AsCLBase
import Foundation
import RetrievalData

/// Images by their names with their captions, out of whatever holds captions.
package enum CaptionedImages {
    /// Reads a split of a data folder or of a Karpathy JSON, or all lines of a caption list. Images of a folder that does not name
    /// them are called by their numbers.
    package static func read(_ path: String, split: String) throws(InputError) -> [(name: String, captions: [String])] {
        if Folder.isFolder(path) == true {
            let data = try Dataset(path: path).split(split)
            let names = data.imageNames ?? (0..<data.imageCount).map { "\($0)" }
            return data.captionsOfImage.enumerated().map { image, captions in
                (names[image], captions.map { data.captions[$0] })
            }
        }
        guard path.lowercased().hasSuffix(".json") else {
            return try CaptionList(path: path).entries.map { ($0.name, $0.captions) }
        }
        let file = try KarpathyFile(path: path)
        let images = file.images.filter { $0.effectiveSplit == split }
        guard !images.isEmpty else {
            throw InputError(
                path: path, place: "split", expected: "one of \(file.splitNames.joined(separator: ", "))", found: split)
        }
        return zip(images, try file.captions(of: images, needed: true)).map { image, captions in
            (image.path, captions)
        }
    }
}
