import ArrayFiles
import Foundation
import Testing
import Torch
import TorchNN

@testable import RetrievalTraining

@Suite struct TrainerStateTests {
    /// Two parameters with an optimizer that has taken a step.
    struct Small {
        let parameters: ParameterSet
        let optimizer: Adam
        var trained: TrainedParameters { .init(parameters: parameters, optimizer: optimizer, gradientClip: 2) }

        init(value: Double = 1, stepped: Bool = false) throws {
            parameters = ParameterSet(
                [("one.weight", try .full([2, 3], value)), ("two.bias", try .full([4], value))],
                buffers: [("norm.running_var", try .full([2], 1 + abs(value)))])
            try parameters.setRequiresGradient(true)
            optimizer = try Adam([Adam.Group(parameters)])
            if stepped { try step() }
        }

        func step() throws {
            for (_, tensor) in parameters.entries { try (tensor * tensor).sum().backward() }
            try optimizer.step(learningRate: 0.1)
        }

        var values: [[Float]] {
            get throws { try parameters.all.map { try $0.tensor.detached().array() } }
        }
    }

    @Test func `what is saved is restored and goes on the same`() throws {
        try withTemporaryFolder { path in
            let folder = try RunFolder(claiming: path, existing: .refuse)
            let state = TrainerState(step: 41, pairs: 7, best: .init(epoch: 2, rsum: 123.25))
            let saved = try Small(stepped: true)
            try state.save(saved.trained, to: folder)
            #expect(folder.holdsCheckpoint)
            let other = try Small(value: -3)
            #expect(try TrainerState.restore(other.trained, from: folder) == state)
            #expect(try other.values == saved.values)
            try saved.step()
            try other.step()
            #expect(try other.values == saved.values)
        }
    }

    @Test func `the state is there to read`() throws {
        try withTemporaryFolder { path in
            let folder = try RunFolder(claiming: path, existing: .refuse)
            let small = try Small()
            let state = TrainerState(step: 41, pairs: 7, best: .init(epoch: 2, rsum: 123.25))
            try state.save(small.trained, to: folder)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("trainer.json")))
            #expect(try JSONDecoder().decode(TrainerState.self, from: bytes) == state)
        }
    }

    @Test func `parameters that do not fit are named`() throws {
        #expect(
            try problem { $0["parameter.three.weight"] = try .zeros([1]) }
                == "DIR/optimizer.safetensors: 1 parameter does not fit: "
                + "parameter.three.weight: expected no such parameter, found one")
        #expect(
            try problem { $0["parameter.two.bias"] = nil }
                == "DIR/optimizer.safetensors: 1 parameter does not fit: two.bias: expected [4], found nothing")
        #expect(
            try problem { $0["parameter.one.weight"] = try .zeros([3, 2]) }
                == "DIR/optimizer.safetensors: 1 parameter does not fit: one.weight: expected [2, 3], found [3, 2]")
    }

    @Test func `moments that do not fit are named`() throws {
        let line = try #require(try problem { $0["one.weight.first_moment"] = nil })
        #expect(line.hasPrefix("DIR/optimizer.safetensors: ") && line.contains("one.weight.first_moment"))
    }

    @Test(arguments: [[:], ["trainer": "none"], ["trainer": "{\"step\": \"x\"}"]] as [[String: String]])
    func `a file without the state is refused`(_ metadata: [String: String]) throws {
        #expect(
            try problem(metadata: metadata) { _ in }
                == "DIR/optimizer.safetensors: expected a trainer's state in its metadata, found none")
    }

    @Test func `a moment that is no number is named`() throws {
        let line = try problem { tensors in
            let name = try #require(tensors.keys.filter { $0.hasSuffix("first_moment") }.min())
            tensors[name] = try #require(tensors[name]) * Double.nan
        }
        #expect(line?.hasPrefix("DIR/optimizer.safetensors: ") == true)
        #expect(line?.contains("first_moment: expected finite numbers, found nan at [0") == true)
    }

    @Test(arguments: [(-2.0, "-2.0"), (.nan, "nan"), (.infinity, "inf")])
    func `a running variance that cannot be is named`(_ lie: Double, _ found: String) throws {
        #expect(
            try problem { $0["parameter.norm.running_var"] = try .full([2], lie) }
                == "DIR/optimizer.safetensors: parameter.norm.running_var: "
                + "expected variances, finite and not negative, found \(found) at [0]")
    }

    @Test func `a missing file is named`() throws {
        try withTemporaryFolder { path in
            let folder = try RunFolder(claiming: path, existing: .refuse)
            let small = try Small()
            let line = message(in: path) {
                _ = try TrainerState.restore(small.trained, from: folder)
            }
            #expect(line?.hasPrefix("DIR/optimizer.safetensors: ") == true)
        }
    }

    /// The line that restoring ends in once the saved file was changed.
    private func problem(
        metadata: [String: String]? = nil, _ change: (inout [String: Tensor]) throws -> Void
    ) throws -> String? {
        try withTemporaryFolder { path in
            let folder = try RunFolder(claiming: path, existing: .refuse)
            let small = try Small(stepped: true)
            try TrainerState(pairs: 7).save(small.trained, to: folder)
            let saved = try SafetensorsFile(path: folder.file("optimizer.safetensors"))
            var tensors = try TensorFiles.load(saved)
            try change(&tensors)
            try TensorFiles.save(
                tensors, metadata: metadata ?? saved.metadata, to: folder.file("optimizer.safetensors"))
            let other = try Small()
            return message(in: path) {
                _ = try TrainerState.restore(other.trained, from: folder)
            }
        }
    }
}
