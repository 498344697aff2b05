package import AsCLBase
package import FeatureExtraction
import Foundation
package import ImageEncoding

/// A picture file and all that is known of it, on its way into a home of pictures.
package struct IndexedFile: Sendable {
    /// Its path in its folder.
    package var name: PictureName
    /// What tells that it is as it was.
    package var stamp: FileStamp
    /// Nanoseconds since 1970 when it was written, also where the stamp is not to be trusted yet.
    package var written: Int?
    /// Of its content; nil where it could not be read.
    package var digest: ContentDigest?
    /// Why it, or its content, cannot be used.
    package var problem: String?
    /// What the content says of itself.
    package var facts: PictureFacts?
    /// The vector that the content is searched by; nil where it has none, or where it is there already.
    package var vector: [Float]?
    /// The content's features, where a trained model scores them; there with the vector or not at all.
    package var features: PictureRecord?

    /// Joins what is known.
    package init(
        name: PictureName, stamp: FileStamp, written: Int?, digest: ContentDigest?, problem: String?,
        facts: PictureFacts?, vector: [Float]?, features: PictureRecord? = nil
    ) {
        (self.name, self.stamp, self.written, self.digest) = (name, stamp, written, digest)
        (self.problem, self.facts, self.vector, self.features) = (problem, facts, vector, features)
    }

    /// Of what an encoder made of a file.
    package init(_ outcome: PictureOutcome, layout: RecordLayout) {
        name = outcome.task.name
        // A fresh file may yet change within the same stamp: it is read again next time.
        let isSure = outcome.stamp.map { !$0.isTooFresh } ?? false
        stamp = FileStamp(size: outcome.stamp?.size ?? 0, modified: isSure ? outcome.stamp?.modified ?? -1 : -1)
        (written, digest, facts) = (outcome.stamp?.modified, outcome.digest, outcome.facts)
        switch outcome.result {
        case .computed(let bytes):
            let record = PictureRecord(bytes)
            (vector, features) = (layout.global(record), record)
        case .known: break
        case .failed(let failure): problem = failure.reason
        }
    }

    /// When it was written by this machine's clock: `2019-07-01T12:34:56`.
    package var writtenAt: String? {
        guard let written else { return nil }
        var (seconds, parts) = (time_t(written / 1_000_000_000), tm())
        guard localtime_r(&seconds, &parts) != nil else { return nil }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let day = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        return "\(day)T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    }
}
