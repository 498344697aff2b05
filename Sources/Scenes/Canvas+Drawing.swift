extension Canvas {
    /// The picture of a scene.
    init(of scene: Scene) {
        self.init(top: scene.background.top, bottom: scene.background.bottom)
        for object in scene.objects { draw(object) }
        if let sign = scene.sign { draw(sign) }
    }

    /// Draws one object with soft edges: a pixel is covered by as much as its middle lies inside the outline, in
    /// pixels, so an edge is one pixel wide.
    private mutating func draw(_ object: SceneObject) {
        let color = object.color.rgb.shaded(object.shade)
        let outline = Outline(object.kind)
        let (x, y, radius) = (Float(object.x), Float(object.y), Float(object.radius))
        // Turned by a rational rotation: sines differ between machines' libraries in the last bit, divisions do not.
        let tilt = Float(object.tilt)
        let cosine = (1 - tilt * tilt) / (1 + tilt * tilt)
        let sine = 2 * tilt / (1 + tilt * tilt)
        // Every outline lies within 1.3 radii of its centre.
        let reach = 1.3 * radius
        let rows = max(0, Int(y - reach))..<min(Self.side, Int(y + reach) + 1)
        let columns = max(0, Int(x - reach))..<min(Self.side, Int(x + reach) + 1)
        for row in rows {
            for column in columns {
                let right = (Float(column) + 0.5 - x) / radius
                let down = (Float(row) + 0.5 - y) / radius
                let point = Point(x: right * cosine + down * sine, y: down * cosine - right * sine)
                let coverage = min(1, 0.5 - outline.distance(to: point) * radius)
                if coverage > 0 { self[row, column] = self[row, column].mixed(with: color, part: coverage) }
            }
        }
    }
}
