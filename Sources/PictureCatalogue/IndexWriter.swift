package import AsCLBase
package import FeatureExtraction

/// What indexing writes to: an index's folder, or PostgreSQL. One at a time has it.
///
/// What is reported done is kept, whatever moment it ends at; whatever is done twice is there once.
package protocol IndexWriter {
    /// What was put right on opening, a line each.
    var repairs: [String] { get }
    /// The part of the pictures that is indexed; nil where all are.
    var shard: Shard? { get }
    /// Whether searches are answered by another model so far.
    func isAnsweredByAnother() throws -> Bool
    /// The folders that are indexed.
    func roots() throws -> [String]
    /// The files of a folder, by their paths in it. From now on the folder is one of those that are indexed.
    func files(in root: String) throws -> [PictureName: KnownFile]
    /// The contents that need not be encoded.
    func contents() throws -> Set<ContentDigest>
    /// Takes down what became of files: their features, facts and vectors.
    func write(_ outcomes: [PictureOutcome], in root: String) throws
    /// Takes down files of which all is known.
    func write(_ files: [IndexedFile], in root: String) throws
    /// Files that cannot be used at all, such as one whose name is no text.
    func note(problems: [(name: String, reason: String)], in root: String) throws
    /// Takes down what lies in a folder, other shards' pictures too, once all that is the own shard's is in the index.
    func setListing(_ digest: ContentDigest?, in root: String) throws
    /// Forgets files, and contents that no file has any more.
    func forget(_ names: [PictureName], in root: String) throws
    /// Makes what a run that was killed, or another trained model, has left out.
    func catchUp(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws
    /// Lets searches be answered by the model, and clears away what nothing needs any more.
    func finish(progress: (_ done: Int, _ total: Int) -> Void, isCancelled: () -> Bool) throws
}

/// Homes that are of all pictures.
extension IndexWriter {
    package var shard: Shard? { nil }

    package func setListing(_ digest: ContentDigest?, in root: String) throws {}
}
