import RetrievalEvaluation

@testable import Scenes

/// What a caption says, read back from its text alone with a vocabulary of the test's own.
struct CaptionReading {
    var mentions: [(kind: String, color: String?, size: String?)] = []
    /// A relation with the index of the mention before it; the next mention is its other end.
    var relations: [(after: Int, relation: Relation)] = []
    var count: Int?
    var background: Background?
    var unknownWords: [String] = []

    init(_ text: String) {
        let words = text.split(separator: " ").map { $0.hasSuffix(",") ? String($0.dropLast()) : String($0) }
        var index = 0
        var color: String?
        var size: String?
        while index < words.count {
            let rest = words[index...].joined(separator: " ") + " "
            if let (phrase, relation) = Self.relations.first(where: { rest.hasPrefix($0.0 + " ") }) {
                relations.append((mentions.count - 1, relation))
                index += phrase.split(separator: " ").count
                continue
            }
            if let (phrase, found) = Self.backgrounds.first(where: { rest.hasPrefix($0.0 + " ") }) {
                background = found
                index += phrase.split(separator: " ").count
                continue
            }
            let word = words[index]
            index += 1
            if let found = Self.sizes[word] {
                size = found
            } else if let found = Self.colors[word] {
                color = found
            } else if let found = Self.kinds[word] {
                mentions.append((found, color, size))
                (color, size) = (nil, nil)
            } else if let found = Self.numbers[word] {
                count = found
            } else if !Self.fillers.contains(word) {
                unknownWords.append(word)
            }
        }
    }

    /// Why the caption is not true of the scene; empty when it is.
    func faults(in scene: Scene) -> [String] {
        func objects(_ index: Int) -> [SceneObject] {
            guard mentions.indices.contains(index) else { return [] }
            let (kind, color, size) = mentions[index]
            return scene.objects.filter {
                $0.kind.rawValue == kind && [nil, $0.color.rawValue].contains(color)
                    && [nil, $0.size.rawValue].contains(size)
            }
        }
        var faults = unknownWords.map { "unknown word \($0)" }
        faults += mentions.indices.filter { objects($0).isEmpty }.map { "absent \(mentions[$0])" }
        for (after, relation) in relations where after + 1 < mentions.count {
            let holds = objects(after).contains { first in
                objects(after + 1).contains { Self.holds(relation, right: $0.x - first.x, down: $0.y - first.y) }
            }
            if !holds { faults.append("\(relation) does not hold") }
        }
        if let count, count != scene.objects.count { faults.append("count \(count)") }
        if let background, background != scene.background { faults.append("background \(background)") }
        return faults
    }

    /// Whether a relation holds to an object that lies so many pixels further right and down.
    private static func holds(_ relation: Relation, right: Double, down: Double) -> Bool {
        switch relation {
        case .leftOf: right > 30
        case .rightOf: right < -30
        case .above: down > 30
        case .below: down < -30
        case .nextTo: (right * right + down * down).squareRoot() < 95
        }
    }

    static let kinds = [
        "circle": "circle", "disc": "circle", "disk": "circle", "square": "square", "box": "square",
        "triangle": "triangle", "star": "star", "cross": "cross", "plus": "cross", "heart": "heart", "ring": "ring",
        "hoop": "ring", "diamond": "diamond", "arrow": "arrow", "pointer": "arrow", "moon": "moon",
        "crescent": "moon", "pentagon": "pentagon", "house": "house", "home": "house", "cottage": "house",
        "tree": "tree", "pine": "tree", "fir": "tree", "flower": "flower", "blossom": "flower",
    ]
    static let colors = [
        "red": "red", "crimson": "red", "scarlet": "red", "orange": "orange", "yellow": "yellow", "golden": "yellow",
        "green": "green", "emerald": "green", "blue": "blue", "azure": "blue", "purple": "purple", "violet": "purple",
        "pink": "pink", "rosy": "pink", "brown": "brown", "chestnut": "brown",
    ]
    static let sizes = [
        "small": "small", "little": "small", "tiny": "small", "large": "large", "big": "large", "huge": "large",
    ]
    static let numbers = ["two": 2, "three": 3, "four": 4, "five": 5, "six": 6]
    static let relations: [(String, Relation)] = [
        ("left of", .leftOf), ("to the left of", .leftOf), ("right of", .rightOf), ("to the right of", .rightOf),
        ("above", .above), ("over", .above), ("below", .below), ("under", .below), ("beneath", .below),
        ("next to", .nextTo), ("beside", .nextTo),
    ]
    static let backgrounds: [(String, Background)] = [
        ("on a white background", .white), ("on a gray background", .gray), ("on a black background", .black),
        ("in the sky", .sky), ("on the sand", .sand), ("at night", .night),
    ]
    /// Words that claim nothing; behind "to" and "left" a cut caption may leave a relation without its end.
    static let fillers: Set<String> = [
        "a", "an", "and", "is", "are", "there", "picture", "of", "image", "with", "shapes", "including", "which",
        "other", "to", "the", "left", "right", "next", "on", "in", "at", "white", "gray", "black", "background",
    ]
}
