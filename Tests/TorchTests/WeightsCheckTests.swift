import AsCLBase
import Foundation
import Testing
import Torch

/// Weights that no training leaves are refused where they are read, with tensor and place.
@Suite struct WeightsCheckTests {
    /// The line that loading `tensors` ends in, without the folder's path; nil when they load.
    func problem(_ tensors: [String: Tensor], named name: String = "weights.safetensors") throws -> String? {
        let folder = try TemporaryFolder()
        let path = folder.path + "/" + name
        try TensorFiles.save(tensors, to: path)
        do throws(any Error) {
            _ = try TensorFiles.load(weights: path)
            return nil
        } catch let error as InputError {
            return error.description.replacing(folder.path, with: "F")
        }
    }

    @Test(arguments: [
        (Float.nan, "nan"), (Float.infinity, "inf"), (-Float.infinity, "-inf"),
    ])
    func `what is not finite is refused with its place`(_ value: Float, _ shown: String) throws {
        let bad = try Tensor([1, 2, 3, 4, value, 6], shape: [2, 1, 3])
        #expect(
            try problem(["good": leaf([1]), "layer.weight": bad])
                == "F/weights.safetensors: layer.weight: expected finite numbers, found \(shown) at [1, 0, 1]")
        #expect(try problem(["half": bad.to(.float16)])?.hasSuffix("found \(shown) at [1, 0, 1]") == true)
        #expect(try problem(["half": bad.to(.bfloat16)])?.hasSuffix("found \(shown) at [1, 0, 1]") == true)
    }

    @Test func `a float64 beyond float32 is refused`() throws {
        let wide = try Tensor.full([2], 1, dtype: .float64) * 1e200
        #expect(try problem(["w": wide])?.hasSuffix("w: expected finite numbers, found inf at [0]") == true)
    }

    @Test func `a negative variance is refused, and nothing else that is negative`() throws {
        #expect(
            try problem(["bn1.running_var": leaf([0, 1, -0.5])])
                == "F/weights.safetensors: bn1.running_var: expected variances, finite and not negative, found -0.5 at [2]"
        )
        #expect(try problem(["bn1.running_var": leaf([0, .nan])])?.hasSuffix("found nan at [1]") == true)
        #expect(try problem(["bn1.running_mean": leaf([-1]), "bn1.running_var": leaf([0, 1e30])]) == nil)
    }

    @Test func `whole numbers, scalars and empty tensors pass`() throws {
        #expect(try problem(["ids": Tensor.range(3), "none": .zeros([0, 4]), "scalar": .full([], 2)]) == nil)
    }
}
