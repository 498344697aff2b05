/// A point of the unit square about an object's centre: x grows to the right, y downwards.
struct Point: Sendable {
    var x, y: Float

    func length() -> Float { (x * x + y * y).squareRoot() }
    static func - (a: Point, b: Point) -> Point { Point(x: a.x - b.x, y: a.y - b.y) }
}

/// A shape, as the signed distance to its edge.
indirect enum Outline: Sendable {
    case disc(center: Point, radius: Float)
    /// The corners in order, either way round.
    case polygon([Point])
    case union([Outline])
    case difference(Outline, minus: Outline)

    /// The distance from `point` to the edge, negative inside. Where a union's parts overlap or a difference's meet it
    /// is a bound, exact enough for a soft edge.
    func distance(to point: Point) -> Float {
        switch self {
        case .disc(let center, let radius):
            return (point - center).length() - radius
        case .polygon(let corners):
            return Self.distance(from: point, toPolygon: corners)
        case .union(let parts):
            var nearest = Float.infinity
            for part in parts { nearest = min(nearest, part.distance(to: point)) }
            return nearest
        case .difference(let whole, let hole):
            return max(whole.distance(to: point), -hole.distance(to: point))
        }
    }

    private static func distance(from point: Point, toPolygon corners: [Point]) -> Float {
        corners.withUnsafeBufferPointer { corners in
            var nearest = Float.infinity
            var inside = false
            var previous = corners.count - 1
            for index in 0..<corners.count {
                let (a, b) = (corners[index], corners[previous])
                previous = index
                let edge = b - a
                let offset = point - a
                let along = (offset.x * edge.x + offset.y * edge.y) / (edge.x * edge.x + edge.y * edge.y)
                let part = min(1, max(0, along))
                let gap = Point(x: offset.x - edge.x * part, y: offset.y - edge.y * part)
                nearest = min(nearest, gap.x * gap.x + gap.y * gap.y)
                // A ray to the right crosses the edge: inside means an odd number of crossings.
                if (a.y > point.y) != (b.y > point.y), offset.x < edge.x * offset.y / edge.y { inside.toggle() }
            }
            return inside ? -nearest.squareRoot() : nearest.squareRoot()
        }
    }
}
