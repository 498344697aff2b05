import VectorStore

extension PictureCollection {
    /// From now on a graph of neighbours finds what is near in the whole collection; it is made where there is none. With
    /// filters, while many pictures are new, and after another model took over, the vectors are scanned.
    /// - Parameter progress: Told how many vectors are in the graph, of how many.
    package func useGraph(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws {
        let store = try current().first.store
        use(try NeighbourGraph(of: store, progress: progress), of: store)
    }
}
