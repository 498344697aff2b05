import AsCLBase
import CommandLineOptions
import Foundation
import PictureSearch

/// The sentences that fit a picture best.
struct CaptionSearch {
    /// A file.
    let picture: String
    let count: Int
    let json: Bool

    /// Prints them, the picture's own marked by a star.
    func run(_ collection: PictureCollection) throws {
        guard try collection.catalogue.numbers().captions > 0 else {
            throw InputError(
                path: collection.home.name, place: "captions", expected: "sentences to choose from",
                found: "none: `ascl index captions FILE` adds them")
        }
        try CaptionEncoding.run(collection)
        let answer = try collection.captions(of: .file(picture), count: count)
        if json { return try Terminal.printJSON(answer) }
        for hit in answer.hits {
            Terminal.show(String(format: "%.3f", hit.score) + (hit.isOwn ? " * " : "   ") + hit.text.escapedForOneLine)
        }
    }
}
