import ArrayFiles
package import AsCLBase
import Foundation

/// What a Karpathy JSON file says of images, captions and splits.
package struct KarpathyFile: Sendable {
    /// An image with its captions.
    package struct Image: Decodable, Sendable {
        struct Sentence: Decodable, Sendable {
            let raw: String
        }

        /// The image's file, by which its features are found too.
        package let filename: String
        /// The folder of that file, as MSCOCO's JSON has it (`val2014`); nil where all lie in one.
        package let filepath: String?
        /// The file with its folder, where the JSON tells one.
        package var path: String { filepath.map { "\($0)/\(filename)" } ?? filename }
        /// The image's number in MSCOCO, where the data is from there.
        package let cocoid: Identifier?
        /// The image's number in the file, from 0.
        package let imgid: Identifier?
        let split: String
        let sentences: [Sentence]

        /// A number that names an image, written as a number or as text. Another value is none: nothing but the import
        /// of published features asks for it.
        package struct Identifier: Decodable, Sendable {
            package let number: Int?

            package init(from decoder: any Decoder) throws {
                let value = try decoder.singleValueContainer()
                number = (try? value.decode(Int.self)) ?? (try? value.decode(String.self)).flatMap { Int($0) }
            }
        }

        /// MSCOCO's `restval` images are the rest of the validation set, which everybody trains on.
        package var effectiveSplit: String { split == "restval" ? "train" : split }
    }

    private struct Content: Decodable {
        let images: [Image]
    }

    package let path: String
    /// In the file's order.
    package let images: [Image]

    /// Reads a file.
    /// - Throws: `InputError` where it is not such JSON; an image needs a list of sentences, if an empty one.
    package init(path: String) throws(InputError) {
        self.path = path
        let expected = "images with filename, split and sentences"
        let data = try TextFile.read(path, expected: "a readable file")
        do {
            images = try JSONDecoder().decode(Content.self, from: data).images
        } catch let error as DecodingError {
            throw InputError(path: path, place: "JSON", expected: expected, found: error.oneLine)
        } catch {
            throw InputError(path: path, place: "JSON", expected: expected, found: error.localizedDescription)
        }
    }

    package var splitNames: [String] { Set(images.map(\.effectiveSplit)).sorted() }

    /// The trimmed captions of each image; an image without captions, where they are needed, and a blank caption are
    /// errors.
    package func captions(of images: [Image], needed: Bool) throws(InputError) -> [[String]] {
        var all: [[String]] = []
        for image in images {
            let captions = image.sentences.map(\.raw.trimmed)
            guard !captions.isEmpty || !needed else {
                throw InputError(path: path, place: image.filename, expected: "at least one sentence", found: "none")
            }
            if let blank = captions.firstIndex(of: "") {
                throw InputError(
                    path: path, place: "\(image.filename), sentence \(blank)", expected: "a caption",
                    found: "a blank one")
            }
            all.append(captions)
        }
        return all
    }
}
