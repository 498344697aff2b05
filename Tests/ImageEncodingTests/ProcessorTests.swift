import ArrayFiles
import AsCLBase
import Foundation
import ImageEncoding
import RetrievalFixtures
import Testing

/// Pictures as transformers' image processors make them (scripts/make_processor_goldens.py), and files that ask for
/// what is not done.
@Suite struct ProcessorTests {
    static let goldens = Result { try PictureGoldens(named: "processors") }
    static let kinds = ["old", "clip", "bilinear", "plain", "raw", "siglip", "siglip2", "half", "nested"]

    static func transform(_ file: String, named name: String = "preprocessor_config.json") throws -> PictureTransform {
        let folder = try ScratchFolder()
        try folder.write(file, to: name)
        return try PictureTransform(directory: folder.path)
    }

    @Test(arguments: kinds) func `values are transformers'`(_ kind: String) throws {
        let goldens = try Self.goldens.get()
        let file = String(decoding: try goldens.bytes("file." + kind), as: UTF8.self)
        let name = kind == "nested" ? "processor_config.json" : "preprocessor_config.json"
        let transform = try Self.transform(file, named: name)
        var compared = 0
        for picture in ["wide", "tall", "tiny"] where goldens.has("\(kind).\(picture)") {
            let tensor = try transform.tensor(for: goldens.picture("picture." + picture))
            let (values, expected): ([Float], _) = (try tensor.array(), try goldens.floats("\(kind).\(picture)"))
            try #require(values.count == expected.count, "\(tensor.shape)")
            // Bytes differ by two at most where they are rounded, and a step of theirs is so much.
            let step = transform.range / 255 / (transform.deviation.min() ?? 1)
            let differences = zip(values, expected).map { abs($0 - $1) }
            #expect(differences.allSatisfy { $0 < 2.01 * step }, "\(picture): \(differences.max() ?? 0) of \(step)")
            #expect(differences.count { $0 < 0.01 * step } > differences.count * 3 / 4, "\(picture)")
            compared += 1
        }
        #expect(compared > 0)
    }

    @Test func `what a file leaves out is the class's`() throws {
        let clip = try Self.transform(#"{"image_processor_type": "CLIPImageProcessor"}"#)
        #expect(clip.fit == .shortSideCentred(224, crop: PictureSize(width: 224, height: 224)))
        #expect(clip.resampling == .bicubic && clip.range == 1)
        #expect(clip.mean == [0.48145466, 0.4578275, 0.40821073])
        #expect(clip.deviation == [0.26862954, 0.26130258, 0.27577711])
        let siglip = try Self.transform(#"{"image_processor_type": "SiglipImageProcessor"}"#)
        #expect(siglip.fit == .squash(PictureSize(width: 224, height: 224)))
        #expect(
            siglip.resampling == .bicubic && siglip.mean == [0.5, 0.5, 0.5] && siglip.deviation == [0.5, 0.5, 0.5])
    }

    @Test func `a file without a class is of the model's`() throws {
        let folder = try ScratchFolder()
        try folder.write(#"{"size": {"height": 8, "width": 9}}"#, to: "preprocessor_config.json")
        #expect(throws: InputError.self) { try PictureTransform(directory: folder.path) }
        try folder.write(#"{"model_type": "siglip"}"#, to: "config.json")
        #expect(try PictureTransform(directory: folder.path).fit == .squash(PictureSize(width: 9, height: 8)))
    }

    @Test(
        arguments: [
            (
                #""image_processor_type": "Siglip2ImageProcessor""#,
                "image_processor_type: expected CLIPImageProcessor or SiglipImageProcessor, found Siglip2ImageProcessor"
            ),
            (#""resample": 1"#, "resample: expected 2 (bilinear) or 3 (bicubic), found 1.0"),
            (#""do_resize": false"#, "do_resize: expected true: the encoder takes one size, found false"),
            (
                #""do_center_crop": false"#,
                "do_center_crop: expected true where size is a short side: the encoder takes one size, found false"
            ),
            (#""crop_size": 225"#, "crop_size: expected at most size, 224, found 225 x 225"),
            (#""crop_size": {"height": 0, "width": 3}"#, "crop_size.height: expected 1 to 4096 pixels, found 0.0"),
            (#""size": {"longest_edge": 224}"#, "size: expected height and width, found an object"),
            (
                #""size": {"shortest_edge": 224, "longest_edge": 400}"#,
                "size.longest_edge: expected none, found 400.0"
            ),
            (
                #""size": {"height": 336, "width": 336}"#,
                "crop_size: expected the whole of size where that is a height and a width, found another"
            ),
            (#""image_std": [0.5, 0, 0.5]"#, "image_std: expected numbers above 0, found [0.5, 0.0, 0.5]"),
            (#""image_mean": [0.5, 0.5]"#, "image_mean: expected three numbers, found 2"),
            (#""rescale_factor": 0"#, "rescale_factor: expected a number above 0, found 0.0"),
            (#""do_rescale": "yes""#, "do_rescale: expected true or false, found yes"),
            (#""do_pad": true"#, "do_pad: expected nothing of this name, which is not done here, found true"),
        ])
    func `what is not done is named`(_ setting: String, _ expected: String) throws {
        let base = setting.contains("image_processor_type") ? "" : #", "image_processor_type": "CLIPImageProcessor""#
        let error = #expect(throws: InputError.self) { try Self.transform("{\(setting)\(base)}") }
        #expect(error?.reason == expected)
    }

    @Test func `a mutated file is read or refused`() throws {
        let file = try Self.goldens.get().bytes("file.clip")
        let outcomes = try Fuzz.outcomes(of: [UInt8](file), name: "preprocessor_config.json", rounds: 200) { path in
            _ = try PictureTransform(directory: (path as NSString).deletingLastPathComponent)
        }
        #expect(outcomes.refused > 0)
    }
}
