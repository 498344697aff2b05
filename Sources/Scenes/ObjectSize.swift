/// How large an object is.
package enum ObjectSize: String, CaseIterable, Codable, Sendable {
    case small, large

    /// The adjectives that mean this size, the plainest first.
    package var adjectives: [String] {
        switch self {
        case .small: ["small", "little", "tiny"]
        case .large: ["large", "big", "huge"]
        }
    }

    /// The radius in pixels before jitter.
    var radius: Double {
        switch self {
        case .small: 18
        case .large: 30
        }
    }
}
