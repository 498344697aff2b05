extension Method {
    /// Whether it sets itself tasks.
    package var hasTasks: Bool { isJoint || isStream || self == .soho }

    /// Whether it is made of transformer layers that share `joint_dimension` among heads, and that leave values out.
    package var hasLayers: Bool { isJoint || readsGrid || self == .cots }

    /// Whether what it makes of an item in training depends on the rest of the batch.
    package var normalizesByBatch: Bool { self == .dsran || self == .dime || self == .soho }

    /// Whether its regions have to be the cells of a square grid.
    package var readsGrid: Bool { self == .soho || self == .vista }
}
