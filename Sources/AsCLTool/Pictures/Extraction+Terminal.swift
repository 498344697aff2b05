import ArgumentParser
import AsCLBase
import CommandLineOptions
import FeatureExtraction
import Foundation
import ImageEncoding
import Synchronization

extension Extraction {
    /// The features of a list's pictures as a command makes them: with progress, stopped by Ctrl-C, and with what has to be
    /// told of the pictures at the end.
    /// - Throws: `ExitCode` after a signal; what was computed by then stays.
    static func runInTerminal(
        _ list: PictureList, _ encoder: any PictureEncoder, output: String, settings: ExtractionSettings
    ) throws -> ExtractionSummary {
        let decoder = PictureDecoder()
        let (several, previews) = (Counter(), Counter())
        let extraction = Extraction(
            list: list, encoder: encoder,
            decode: { path in
                let picture = try decoder.decode(path: path, shrinkingTo: encoder.smallestUsefulSize)
                if picture.frameCount > 1 { several.value.withLock { $0 += 1 } }
                if picture.isPreview { previews.value.withLock { $0 += 1 } }
                return picture
            }, output: output, settings: settings)
        let meter = ProgressMeter("features", unit: "pictures")
        // Pictures that failed before any was computed, such as missing ones, tell nothing of the rate.
        var unusable: Int?
        do {
            let summary = try extraction.run(
                progress: {
                    if unusable == nil, $0.done < $0.total {
                        meter.begin(at: $0.done - $0.failed, of: $0.total - $0.failed)
                    }
                    let without = unusable ?? $0.failed
                    unusable = without
                    meter.update($0.done - without, of: $0.total - without)
                }, isCancelled: { InterruptFlag.signalNumber != nil })
            for (counter, note) in [
                (several, "pictures have several frames or pages; the first of each serves"),
                (previews, "pictures are cameras' RAW files; the preview in each serves"),
            ] {
                let count = counter.value.withLock { $0 }
                if count > 0 { Terminal.say("\(count) \(note)") }
            }
            return summary
        } catch is CancellationError {
            Terminal.say("interrupted; the same command goes on")
            throw ExitCode(128 + (InterruptFlag.signalNumber ?? SIGINT))
        }
    }
}

/// A number that several threads add to.
private final class Counter: Sendable {
    let value = Mutex(0)
}
