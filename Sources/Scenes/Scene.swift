/// The exact content of one generated picture, and the captions that were written of it.
package struct Scene: Codable, Sendable, Equatable {
    /// `<split>_<number>.png`, the picture's file name.
    package let name: String
    /// What the objects lie on.
    package let background: Background
    /// Two to six objects; no two share both kind and colour, none shares its place.
    package let objects: [SceneObject]
    /// Five captions, each of them true.
    package let captions: [Caption]
    /// A board with a word on it, where the data set has such.
    package var sign: Sign?

    /// Whether some object is everything that `mention` says of it.
    package func contains(_ mention: Mention) -> Bool {
        objects.contains { object in
            object.kind == mention.kind
                && (mention.color == nil || mention.color == object.color)
                && (mention.size == nil || mention.size == object.size)
        }
    }

    /// Whether `caption` names an object that is not in the scene, which makes it false whatever else it says.
    package func isContradicted(by caption: Caption) -> Bool {
        !caption.mentions.allSatisfy(contains)
    }
}

/// What a scene shows, apart from jitter: two scenes with one signature count as the same content.
struct SceneSignature: Hashable {
    private let parts: Set<String>

    init(_ objects: [SceneObject]) {
        parts = Set(objects.map { "\($0.size) \($0.color) \($0.kind) \($0.place)" })
    }
}
