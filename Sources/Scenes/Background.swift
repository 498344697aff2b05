/// What a scene's objects lie on: one colour, or a gradient from the top of the picture to its bottom.
package enum Background: String, CaseIterable, Codable, Sendable {
    case white, gray, black, sky, sand, night

    /// How a caption names it.
    var phrase: String {
        switch self {
        case .white: "on a white background"
        case .gray: "on a gray background"
        case .black: "on a black background"
        case .sky: "in the sky"
        case .sand: "on the sand"
        case .night: "at night"
        }
    }

    var top: RGB {
        switch self {
        case .white: RGB(red: 246, green: 246, blue: 246)
        case .gray: RGB(red: 160, green: 160, blue: 160)
        case .black: RGB(red: 16, green: 16, blue: 16)
        case .sky: RGB(red: 164, green: 206, blue: 244)
        case .sand: RGB(red: 244, green: 232, blue: 206)
        case .night: RGB(red: 10, green: 10, blue: 34)
        }
    }

    var bottom: RGB {
        switch self {
        case .white, .gray, .black: top
        case .sky: RGB(red: 226, green: 240, blue: 252)
        case .sand: RGB(red: 222, green: 200, blue: 160)
        case .night: RGB(red: 44, green: 40, blue: 84)
        }
    }
}
