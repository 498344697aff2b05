import AsCLBase
import FeatureExtraction

extension IndexWriter {
    /// Takes a folder over from another home, with all that is known of its files; those that the other does not have, or
    /// not any more, are forgotten.
    /// - Parameter progress: Gets how many files came with each batch, and throws to end it there.
    package func copy(
        _ root: String, from source: any PictureHome, by model: CatalogueModel,
        progress: (Int) throws -> Void = { _ in }
    ) throws {
        // What lies in other shards the source cannot know of.
        let shard = try (source as? FolderHome)?.catalogue.shard()
        // The folder is one of those that are indexed, also where it is empty.
        var gone = Set(try files(in: root).keys).filter { shard?.holds($0.text) ?? true }
        try source.forEachFile(in: root, by: model) { files in
            try write(files, in: root)
            gone.subtract(files.map(\.name))
            try progress(files.count)
        }
        // Also where none is gone: what a file that changed had been before goes with it.
        try forget(Array(gone), in: root)
    }
}
