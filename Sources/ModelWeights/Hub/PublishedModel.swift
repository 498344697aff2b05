/// A model of the hub under a short name, as facts.
package struct PublishedModel: Sendable {
    /// The name to fetch it by.
    package let name: String
    /// What it is, in a line.
    package let summary: String
    /// Where it is.
    package let repository: HubRepository
    /// About how many bytes its files have together.
    package let approximateByteCount: Int
    /// Under which terms, as its model card states them.
    package let licence: String
    /// SHA-256 of files, where they are known from elsewhere than the hub.
    package let sums: [String: String]

    /// A model of one's own, or of a test's.
    package init(
        name: String, summary: String, repository: HubRepository, approximateByteCount: Int, licence: String,
        sums: [String: String] = [:]
    ) {
        self.name = name
        self.summary = summary
        self.repository = repository
        self.approximateByteCount = approximateByteCount
        self.licence = licence
        self.sums = sums
    }
}
