/// How one object lies to another, decided by their centres alone.
package enum Relation: String, CaseIterable, Codable, Sendable {
    case leftOf, rightOf, above, below, nextTo

    /// The phrases that mean this relation.
    var phrases: [String] {
        switch self {
        case .leftOf: ["left of", "to the left of"]
        case .rightOf: ["right of", "to the right of"]
        case .above: ["above", "over"]
        case .below: ["below", "under", "beneath"]
        case .nextTo: ["next to", "beside"]
        }
    }

    /// A direction holds from 40 pixels apart along its axis; next to means at most 90 pixels apart.
    package func holds(from first: SceneObject, to second: SceneObject) -> Bool {
        let right = second.x - first.x
        let down = second.y - first.y
        switch self {
        case .leftOf: return right >= 40
        case .rightOf: return right <= -40
        case .above: return down >= 40
        case .below: return down <= -40
        case .nextTo: return right * right + down * down <= 90 * 90
        }
    }
}
