/// One object of a scene and how it was drawn.
package struct SceneObject: Codable, Sendable, Equatable {
    /// Its shape.
    package let kind: ObjectKind
    /// Its colour before shading.
    package let color: ObjectColor
    /// What captions call its radius.
    package let size: ObjectSize
    /// The cell of a 3x3 layout that the object lies in, row by row.
    package let place: Int
    /// The centre in pixels, from the left and from the top; jittered about the middle of the place.
    package let x, y: Double
    /// The drawn radius in pixels.
    package let radius: Double
    /// The factor on the colour's brightness.
    package let shade: Double
    /// The tangent of half the angle by which the object is turned, clockwise.
    package let tilt: Double

    var pair: ColoredKind { ColoredKind(kind: kind, color: color) }
}

/// A kind in a colour: what the compositional split holds out.
struct ColoredKind: Hashable, Sendable {
    let kind: ObjectKind
    let color: ObjectColor
}
