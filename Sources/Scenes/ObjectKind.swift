/// What an object of a scene is.
package enum ObjectKind: String, CaseIterable, Codable, Sendable {
    case circle, square, triangle, star, cross, heart, ring
    case diamond, arrow, moon, pentagon, house, tree, flower

    /// The nouns that mean this kind, the plainest first; no noun means two kinds.
    package var nouns: [String] {
        switch self {
        case .circle: ["circle", "disc", "disk"]
        case .square: ["square", "box"]
        case .triangle: ["triangle"]
        case .star: ["star"]
        case .cross: ["cross", "plus"]
        case .heart: ["heart"]
        case .ring: ["ring", "hoop"]
        case .diamond: ["diamond"]
        case .arrow: ["arrow", "pointer"]
        case .moon: ["moon", "crescent"]
        case .pentagon: ["pentagon"]
        case .house: ["house", "home", "cottage"]
        case .tree: ["tree", "pine", "fir"]
        case .flower: ["flower", "blossom"]
        }
    }
}
