import ArgumentParser

/// What finds the pictures that are near a query.
enum NeighbourSearch: String, ExpressibleByArgument, CaseIterable {
    /// Every vector is looked at.
    case scan
    /// A graph of neighbours leads to most of them.
    case hnsw
}
