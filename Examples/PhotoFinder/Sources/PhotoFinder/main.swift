import AsCL
import Foundation

/// PhotoFinder MODEL PICTURES SENTENCE
do {
    let words = CommandLine.arguments
    let model = try RetrievalModel(checkpoint: words[1])
    let photos = try Gallery(model, pictures: words[2], features: words[2] + "-features", encoding: .descriptors)
    for match in try photos.search(words[3], top: 3) {
        print(match.score, match.name)
    }
} catch {
    print(error)
    exit(1)
}
