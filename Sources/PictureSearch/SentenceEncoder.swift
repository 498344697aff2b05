import AsCLBase
package import PretrainedFolders
import TextEncoding
package import Torch

/// Sentences in the space that a CLIP or a SigLIP shares with pictures.
package struct SentenceEncoder: Sendable {
    private let tokenizer: any Tokenizer
    private let tower: TextTower

    /// Loads a folder's text tower; its weights stay in the mapped file where they can.
    package init(_ folder: PretrainedFolder, device: Device = .cpu) throws {
        tokenizer = try TokenizerFolder.tokenizer(directory: folder.directory)
        tower = try TextTower.load(folder, device: device).model
    }

    /// Unit vectors of sentences.
    /// - Throws: `InputError` for a sentence without words.
    package func vectors(_ sentences: [String]) throws -> [[Float]] {
        for sentence in sentences where sentence.allSatisfy(\.isWhitespace) {
            throw InputError(place: "sentence", expected: "words", found: "only blanks")
        }
        guard !sentences.isEmpty else { return [] }
        let length = tower.configuration.positionCount
        let tokens = try sentences.map {
            try tower.configuration.family == .clip
                ? tokenizer.encode($0, maxTokens: length).ids : tokenizer.encodePadded($0, length: length).ids
        }
        return try inferenceMode {
            let vectors = try tower.vectors(tokens).normalized(1)
            let (width, values) = (vectors.shape[1], try vectors.array(Float.self))
            return sentences.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
        }
    }

    /// Tokens of a sentence that are not read, since it is longer than the tower.
    package func cutCount(_ sentence: String) throws -> Int {
        try tokenizer.encode(sentence, maxTokens: tower.configuration.positionCount).cutCount
    }
}
