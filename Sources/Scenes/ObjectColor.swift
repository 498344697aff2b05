/// The colour of an object.
package enum ObjectColor: String, CaseIterable, Codable, Sendable {
    case red, orange, yellow, green, blue, purple, pink, brown

    /// The adjectives that mean this colour, the plainest first; no adjective means two colours.
    package var adjectives: [String] {
        switch self {
        case .red: ["red", "crimson", "scarlet"]
        case .orange: ["orange"]
        case .yellow: ["yellow", "golden"]
        case .green: ["green", "emerald"]
        case .blue: ["blue", "azure"]
        case .purple: ["purple", "violet"]
        case .pink: ["pink", "rosy"]
        case .brown: ["brown", "chestnut"]
        }
    }

    /// The unshaded colour.
    var rgb: RGB {
        switch self {
        case .red: RGB(red: 214, green: 38, blue: 38)
        case .orange: RGB(red: 240, green: 134, blue: 24)
        case .yellow: RGB(red: 232, green: 208, blue: 44)
        case .green: RGB(red: 44, green: 156, blue: 68)
        case .blue: RGB(red: 40, green: 88, blue: 210)
        case .purple: RGB(red: 134, green: 56, blue: 170)
        case .pink: RGB(red: 238, green: 136, blue: 188)
        case .brown: RGB(red: 122, green: 74, blue: 38)
        }
    }
}
