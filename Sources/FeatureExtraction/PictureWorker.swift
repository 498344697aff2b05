import AsCLBase
package import ImageEncoding

/// Reads, decodes and encodes pictures, on any thread.
package struct PictureWorker: Sendable {
    let encoder: any PictureEncoder
    let decode: @Sendable (_ path: String) throws -> Picture
    let layout: RecordLayout
    let batchSize: Int

    /// - Parameters:
    ///   - decode: Decodes the picture file at a path, on any thread.
    ///   - batchSize: Pictures encoded at once.
    package init(
        encoder: any PictureEncoder, decode: @escaping @Sendable (_ path: String) throws -> Picture,
        layout: RecordLayout,
        batchSize: Int
    ) {
        self.encoder = encoder
        self.decode = decode
        self.layout = layout
        self.batchSize = batchSize
    }

    /// What becomes of each task. `claim` says whether a content is the caller's to work on.
    func outcomes(of tasks: [PictureTask], claiming claim: (ContentDigest) -> Bool) -> [PictureOutcome] {
        var outcomes: [PictureOutcome] = []
        var decoded: [(task: PictureTask, digest: ContentDigest, stamp: FileStamp, picture: Picture)] = []
        for task in tasks {
            var seen: (digest: ContentDigest, stamp: FileStamp)?
            do {
                let (digest, stamp) = try FileStamp.withContent(of: task.path)
                seen = (digest, stamp)
                guard claim(digest) else {
                    outcomes.append(PictureOutcome(task: task, digest: digest, stamp: stamp, result: .known))
                    continue
                }
                let picture = try decode(task.path)
                // The features have to be those of the content that the digest is of.
                guard try FileStamp(path: task.path) == stamp else {
                    throw PictureFailure(reason: "changed while it was read")
                }
                decoded.append((task, digest, stamp, picture))
            } catch {
                outcomes.append(
                    PictureOutcome(
                        task: task, digest: seen?.digest, stamp: seen?.stamp, result: .failed(PictureFailure(error))))
            }
        }
        for (item, result) in zip(decoded, results(of: decoded.map(\.picture))) {
            outcomes.append(
                PictureOutcome(
                    task: item.task, digest: item.digest, stamp: item.stamp, result: result, facts: item.picture.facts))
        }
        return outcomes
    }

    /// Encodes pictures together, or, where that fails, one by one: so that only the culprit fails.
    private func results(of pictures: [Picture]) -> [PictureOutcome.Result] {
        guard !pictures.isEmpty else { return [] }
        do {
            let features = try encoder.encode(pictures)
            guard features.count == pictures.count else {
                throw PictureFailure(
                    reason: "the encoder gave features of \(features.count) pictures for \(pictures.count)")
            }
            return features.map { features in
                do throws(PictureFailure) {
                    return .computed(try layout.record(of: features, classCount: encoder.classNames.count))
                } catch {
                    return .failed(error)
                }
            }
        } catch {
            if pictures.count == 1 { return [.failed(PictureFailure(error))] }
            return pictures.flatMap { results(of: [$0]) }
        }
    }
}
