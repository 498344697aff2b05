import AsCLBase

/// A board with a word on it.
package struct Sign: Codable, Sendable, Equatable {
    /// In capitals, as it is painted.
    package let word: String
    /// The cell of the 3x3 layout that it stands in, row by row; nothing else does.
    package let place: Int
    /// The board's left and top edge in pixels.
    package let x, y: Int

    /// The board's sizes in pixels.
    package var width: Int { word.count * Lettering.advance + 2 * Self.margin }
    package var height: Int { Lettering.height + 2 * Self.margin }

    /// What lies between the board's edge and its letters.
    static let margin = 5

    /// Short enough for a place. None means an object, a colour, a size or a background.
    static let words = [
        "stop", "open", "exit", "hotel", "cafe", "bank", "taxi", "bus", "park", "sale", "shop", "milk", "bread",
        "pizza",
        "fish", "tea", "beer", "wine", "zoo", "gym", "pool", "bar", "pub", "inn", "farm", "fire", "gas", "ice", "toys",
        "books", "music", "radio", "piano", "opera", "art", "film", "news", "post", "mail", "iron", "coal", "wood",
        "stone",
        "glass", "paper", "silk", "wool", "salt", "sugar", "honey", "rice", "corn", "apple", "grape", "soup", "tiger",
        "lion", "bear", "wolf", "fox", "horse", "sheep", "goat", "duck", "swan", "eagle", "hawk", "owl", "crow",
        "whale",
        "shark", "crab", "frog", "snake", "mouse", "king", "queen", "court", "tower", "river",
    ]

    /// A sign in one of some places.
    init(in places: [Int], using generator: inout SeededGenerator) {
        word = Self.words.pick(using: &generator).uppercased()
        place = places.pick(using: &generator)
        let side = Double(Canvas.side) / 3
        let width = word.count * Lettering.advance + 2 * Self.margin
        let height = Lettering.height + 2 * Self.margin
        x = Int(((Double(place % 3) + 0.5) * side + generator.jitter(2)).rounded()) - width / 2
        y = Int(((Double(place / 3) + 0.5) * side + generator.jitter(12)).rounded()) - height / 2
    }

    /// What a caption says of it.
    func phrase(using generator: inout SeededGenerator) -> String {
        ["and a sign that says", "with a sign reading", "and the word"].pick(using: &generator) + " "
            + word.lowercased()
    }

    /// Left, top, right, bottom as fractions of the picture, in ten-thousandths.
    var box: [Double] {
        [x, y, x + width, y + height].map { (Double($0) / Double(Canvas.side) * 10_000).rounded() / 10_000 }
    }
}

extension Scene {
    /// Words in the picture and where, as `<split>_scene_text.jsonl` has them.
    struct Writing: Encodable {
        let text: String
        let box: [Double]
    }

    /// All words in the picture.
    var writing: [Writing] { sign.map { [Writing(text: $0.word, box: $0.box)] } ?? [] }
}
