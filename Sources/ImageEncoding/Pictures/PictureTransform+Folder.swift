package import AsCLBase
import Foundation
import Torch

extension PictureTransform {
    /// What a CLIP or SigLIP folder's `preprocessor_config.json` asks for, or its `processor_config.json` as transformers
    /// writes it from version 5 on. What the file leaves out is as the class that it names has it.
    ///
    /// Equal to transformers' processors on Pillow within two steps of 255. A picture is given as
    /// `PictureDecoder` makes it, unshrunk: upright, with transparent pixels on white.
    /// - Throws: `InputError` naming what is missing, or asked for and not done here.
    package init(directory: String) throws(InputError) {
        let path = directory + "/preprocessor_config.json"
        let nested = directory + "/processor_config.json"
        if FileManager.default.fileExists(atPath: nested),
            let value = try JSONReader.value(of: MappedFile(path: nested))["image_processor"]
        {
            try self.init(ProcessorSettings(value, path: nested, directory: directory))
        } else {
            let value = try JSONReader.value(of: MappedFile(path: path))
            try self.init(ProcessorSettings(value, path: path, directory: directory))
        }
    }

    private init(_ settings: ProcessorSettings) throws(InputError) {
        let isRescaled = try settings.isTrue("do_rescale")
        let isNormalised = try settings.isTrue("do_normalize")
        guard try settings.isTrue("do_resize") else {
            throw settings.wrong("do_resize", "true: the encoder takes one size", "false")
        }
        let factor = try settings.number("rescale_factor") ?? 1 / 255
        guard factor.isFinite, factor > 0 else {
            throw settings.wrong("rescale_factor", "a number above 0", "\(factor)")
        }
        let deviation = try settings.channels("image_std") ?? settings.processor.deviation
        guard deviation.allSatisfy({ $0 > 0 }) else {
            throw settings.wrong("image_std", "numbers above 0", "\(deviation)")
        }
        let mean = try settings.channels("image_mean") ?? settings.processor.mean
        self.init(
            fit: try settings.fit(), resampling: try settings.resampling(),
            mean: isNormalised ? mean : [0, 0, 0], deviation: isNormalised ? deviation : [1, 1, 1],
            range: isRescaled ? Float(255 * factor) : 255)
    }
}
