/// Weights that someone published, as facts: where they are and how to know them.
package struct PublishedWeights: Sendable, Equatable {
    /// The name to fetch them by.
    package let name: String
    /// What they are, in a line.
    package let summary: String
    /// The model they belong to, in torchvision's name where it has one.
    package let architecture: String
    /// The folder they are published in; nil where no lasting address is known.
    package let folder: String?
    /// The file's name there, and in the cache.
    package let fileName: String
    /// About how many bytes the file has, as upstream states it; nil where it does not.
    package let approximateByteCount: Int?
    /// The first digits of the file's SHA-256 in hexadecimal, or all 64; nil where upstream states none.
    ///
    /// torchvision's file names carry eight. They tell a damaged or mistaken file, not one that was made to have them.
    package let sha256: String?
    /// Under which terms, as upstream states them.
    package let licence: String
    /// How to come by the file where there is no address.
    package let advice: String?

    /// Weights with an address, in a catalogue of one's own or a test's.
    package init(
        name: String, summary: String, architecture: String, folder: String?, fileName: String,
        approximateByteCount: Int? = nil, sha256: String?, licence: String, advice: String? = nil
    ) {
        self.name = name
        self.summary = summary
        self.architecture = architecture
        self.folder = folder
        self.fileName = fileName
        self.approximateByteCount = approximateByteCount
        self.sha256 = sha256
        self.licence = licence
        self.advice = advice
    }
}
