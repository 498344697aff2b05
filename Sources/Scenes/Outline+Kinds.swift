extension Outline {
    /// The outline of a kind, upright. However it is tilted, it stays within its radius of the centre, left, right, above
    /// and below.
    init(_ kind: ObjectKind) {
        switch kind {
        case .circle: self = .disc(center: Point(x: 0, y: 0), radius: 0.9)
        case .square: self = .box(-0.82, -0.82, 0.82, 0.82)
        case .triangle: self = .symmetric([(0, -0.95), (0.85, 0.65)])
        case .star:
            self = .symmetric([
                (0, -1), (0.2469, -0.3398), (0.9511, -0.3090), (0.3994, 0.1298), (0.5878, 0.8090), (0, 0.42),
            ])
        case .cross: self = .union([.box(-0.3, -0.92, 0.3, 0.92), .box(-0.92, -0.3, 0.92, 0.3)])
        case .heart:
            self = .union([
                .disc(center: Point(x: -0.45, y: -0.35), radius: 0.5),
                .disc(center: Point(x: 0.45, y: -0.35), radius: 0.5),
                .symmetric([(0, -0.35), (0.45, -0.35), (0.8307, -0.0259), (0, 0.95)]),
            ])
        case .ring:
            self = .difference(
                .disc(center: Point(x: 0, y: 0), radius: 0.95), minus: .disc(center: Point(x: 0, y: 0), radius: 0.52))
        case .diamond: self = .symmetric([(0, -1), (0.66, 0), (0, 1)])
        case .arrow: self = .symmetric([(0, -1), (0.75, -0.2), (0.3, -0.2), (0.3, 0.95)])
        case .moon:
            self = .difference(
                .disc(center: Point(x: 0, y: 0), radius: 0.95),
                minus: .disc(center: Point(x: 0.45, y: -0.1), radius: 0.78))
        case .pentagon: self = .symmetric([(0, -1), (0.9511, -0.3090), (0.5878, 0.8090)])
        case .house:
            self = .difference(
                .symmetric([(0, -1), (0.92, -0.1), (0.68, -0.1), (0.68, 0.85)]), minus: .box(-0.2, 0.3, 0.2, 1))
        case .tree:
            self = .symmetric([(0, -1), (0.6, -0.25), (0.35, -0.25), (0.85, 0.5), (0.2, 0.5), (0.2, 0.95)])
        case .flower:
            let petals = [
                Point(x: 0, y: -0.58), Point(x: 0.5516, y: -0.1792), Point(x: 0.3409, y: 0.4692),
                Point(x: -0.3409, y: 0.4692), Point(x: -0.5516, y: -0.1792),
            ].map { Outline.disc(center: $0, radius: 0.36) }
            self = .difference(.union(petals), minus: .disc(center: Point(x: 0, y: 0), radius: 0.24))
        }
    }

    private static func box(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) -> Outline {
        .polygon([
            Point(x: left, y: top), Point(x: right, y: top), Point(x: right, y: bottom), Point(x: left, y: bottom),
        ])
    }

    /// A polygon that mirrors its right half, given from top to bottom, to the left.
    private static func symmetric(_ half: [(x: Float, y: Float)]) -> Outline {
        let mirrored = half.reversed().filter { $0.x > 0 }.map { (x: -$0.x, y: $0.y) }
        return .polygon((half + mirrored).map { Point(x: $0.x, y: $0.y) })
    }
}
