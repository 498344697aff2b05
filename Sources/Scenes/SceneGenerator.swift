package import AsCLBase
import Foundation
import ImageEncoding
import RetrievalEvaluation

/// Generates an embedded data set: pictures whose content is known exactly, with captions and features, in SCAN's
/// precomputed layout.
package struct SceneGenerator: Sendable {
    /// What is generated.
    package let configuration: SceneConfiguration

    /// A generator of the data set that `configuration` describes.
    package init(configuration: SceneConfiguration = SceneConfiguration()) {
        self.configuration = configuration
    }

    /// The content and captions of every split, in the order train, val, test, compositional. A pure function of the
    /// configuration; no content occurs twice, and every compositional scene shows a colour-kind pair that the other
    /// splits never show.
    package func splits() throws(InputError) -> [(name: String, scenes: [Scene])] {
        try configuration.validate()
        var composer = SceneComposer(seed: configuration.seed)
        return configuration.splits.enumerated().map { number, split in
            let scenes = composer.scenes(of: split.name, number: UInt64(number), count: split.count)
            return (split.name, configuration.signs ? composer.withSigns(scenes, number: UInt64(number)) : scenes)
        }
    }

    /// Writes the data set into `directory`, complete or not at all.
    ///
    /// For each split `<split>_ims.npy` (float16 `[N, 36, 127]`), `_globals.npy` (float16 `[N, 251]`), `_boxes.npy`
    /// (float32 `[N, 36, 4]`), `_caps.txt` (five lines a scene) and `_ids.txt`; for all but train `<split>_probe.json`
    /// (an array of `ProbeCase`); `features.json`, which names the encoder; and `scenes.json`, the scenes by split. With
    /// `pictures` also `images/<name>.png`, and with signs `<split>_scene_text.jsonl`.
    ///
    /// A folder that already holds something is refused unless `overwrite` is set and it holds generated scenes.
    /// `progress` is called on the calling thread with the scenes done and their number.
    package func write(
        to directory: String, pictures: Bool, overwrite: Bool = false, progress: (Int, Int) -> Void = { _, _ in }
    ) throws {
        let splits = try splits()
        let output = try SceneFolder(directory, overwrite: overwrite)
        if pictures { try output.createFolder(named: "images") }
        let total = splits.reduce(0) { $0 + $1.scenes.count }
        var done = 0
        for (name, scenes) in splits {
            try SplitWriter(
                split: name, scenes: scenes, folder: output.partial, pictures: pictures, signs: configuration.signs
            ).write { count in
                progress(done + count, total)
            }
            done += scenes.count
            if name != "train" {
                let cases = try AsymmetryProbe.cases(for: scenes, seed: configuration.seed)
                try output.write(cases, to: "\(name)_probe.json")
            }
        }
        // So that a model trained on them knows what makes their like of other pictures.
        try output.write(["encoder": DescriptorEncoder().identity], to: "features.json")
        try output.write(Dictionary(uniqueKeysWithValues: splits), to: SceneFolder.mark)
        try output.finish()
    }
}
