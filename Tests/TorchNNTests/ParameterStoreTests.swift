import Testing
import Torch
import TorchNN

@Suite struct ParameterStoreTests {
    struct Model {
        let query: Linear
        let key: Linear
        let table: Embedding
        let norm: LayerNorm

        init(_ scope: ParameterScope) throws(TorchError) {
            let attention = scope / "fusion" / "attention"
            query = try Linear(attention / "query", from: 4, to: 3)
            key = try Linear(attention / "key", from: 4, to: 3, bias: false)
            table = try Embedding(scope / "words", count: 50, width: 4)
            norm = try LayerNorm(scope / "norm", width: 4)
        }
    }

    static let shapes = [
        "fusion.attention.query.weight": [3, 4], "fusion.attention.query.bias": [3],
        "fusion.attention.key.weight": [3, 4], "words.weight": [50, 4], "norm.weight": [4], "norm.bias": [4],
    ]

    func fresh(_ seed: UInt64) throws -> (model: Model, parameters: ParameterSet) {
        try ParameterStore.initialize(seed: seed) { try Model($0) }
    }

    func values(_ parameters: ParameterSet) throws -> [[Float]] { try parameters.entries.map { try $0.tensor.array() } }

    @Test func `the path is the name`() throws {
        let parameters = try fresh(1).parameters
        #expect(parameters.dictionary.mapValues(\.shape) == Self.shapes)
        #expect(
            parameters.entries.map(\.name).prefix(2)
                == ["fusion.attention.query.weight", "fusion.attention.query.bias"], "in the order of building")
        #expect(parameters.valueCount == 12 + 3 + 12 + 200 + 4 + 4)
    }

    @Test func `the seed decides the beginning`() throws {
        let first = try fresh(5)
        let values = try values(first.parameters)
        #expect(try values == self.values(fresh(5).parameters))
        let other = try self.values(fresh(6).parameters)
        #expect(values[0] != other[0] && values[3] != other[3])
        #expect(values[0] != values[2], "parameters of one shape are drawn apart")
        #expect((values[0] + values[1]).allSatisfy { abs($0) <= 0.5 && $0 != 0 }, "within 1 / sqrt(4)")
        let deviation = (values[3].reduce(0) { $0 + $1 * $1 } / 200).squareRoot()
        #expect(abs(deviation - 0.02) < 0.005)
        #expect(values[4] == [1, 1, 1, 1] && values[5] == [0, 0, 0, 0])
        #expect(!first.model.query.weight.requiresGradient)
    }

    @Test func `layers compute what their names say`() throws {
        let (model, parameters) = try fresh(1)
        let x = try Tensor([1, 2, 3, 4, 5, 6, 7, 8] as [Float], shape: [2, 4])
        let byHand = try x.matmul(model.query.weight.transposed()) + #require(model.query.bias)
        #expect(try difference(model.query(x), byHand) < 1e-6)
        #expect(try difference(model.key(x), x.matmul(model.key.weight.transposed())) < 1e-6)
        #expect(
            try model.table(Tensor([49, 0], shape: [2])).array(Float.self).prefix(4) == values(parameters)[3].suffix(4))
        let normed: [Float] = try model.norm(x).array()
        #expect(abs(normed[0] + 1.341640) < 1e-5 && abs(normed[7] - 1.341640) < 1e-5)
    }

    @Test func `a checkpoint fills the model with copies`() throws {
        let source = try fresh(1).parameters.dictionary
        let (model, parameters) = try ParameterStore.load(source, from: "f") { try Model($0) }
        #expect(try difference(model.key.weight, #require(source["fusion.attention.key.weight"])) == 0)
        try model.key.weight.fill(7)
        #expect(
            try #require(source["fusion.attention.key.weight"]).array(Float.self) != [Float](repeating: 7, count: 12))
        #expect(try #require(parameters.dictionary["fusion.attention.key.weight"]).sum().item() == 84)
        let halves = try source.mapValues { try $0.to(.float16) }
        #expect(try ParameterStore.load(halves, from: "f") { try Model($0) }.model.norm.weight.dtype == .float32)
    }

    @Test func `everything that does not fit is listed at once`() throws {
        var tensors = try fresh(1).parameters.dictionary
        tensors["fusion.attention.query.bias"] = nil
        tensors["norm.bias"] = nil
        tensors["words.weight"] = try .zeros([4, 50])
        tensors["head.weight"] = try .zeros([1])
        tensors["a"] = try .zeros([1])
        let error = try #require(throws: ParameterError.self) {
            try ParameterStore.load(tensors, from: "runs/m.safetensors") { try Model($0) }
        }
        #expect(
            error.description
                == "runs/m.safetensors: 5 parameters do not fit: "
                + "fusion.attention.query.bias: expected [3], found nothing; "
                + "words.weight: expected [50, 4], found [4, 50]; norm.bias: expected [4], found nothing; "
                + "a: expected no such parameter, found one; head.weight: expected no such parameter, found one")
        tensors = try fresh(1).parameters.dictionary
        tensors["a"] = try .zeros([1])
        let single = try #require(throws: ParameterError.self) {
            try ParameterStore.load(tensors, from: "m") { try Model($0) }
        }
        #expect(single.description == "m: 1 parameter does not fit: a: expected no such parameter, found one")
    }

    @Test func `a buffer is saved and loaded, and no gradient reaches it`() throws {
        let (model, parameters) = try ParameterStore.initialize(seed: 1) { try BatchNorm($0 / "norm", width: 2) }
        #expect(parameters.entries.map(\.name) == ["norm.weight", "norm.bias"])
        #expect(parameters.buffers.map(\.name) == ["norm.running_mean", "norm.running_var"])
        #expect(parameters.valueCount == 4 && parameters.dictionary.count == 4)
        try parameters.setRequiresGradient(true)
        #expect(model.weight.requiresGradient && !model.runningMean.requiresGradient)
        var tensors = parameters.dictionary
        tensors["norm.running_mean"] = try Tensor([3, 4] as [Float], shape: [2])
        let loaded = try ParameterStore.load(tensors, from: "f") { try BatchNorm($0 / "norm", width: 2) }
        #expect(try loaded.model.runningMean.array(Float.self) == [3, 4])
        tensors["norm.running_var"] = nil
        let error = #expect(throws: ParameterError.self) {
            try ParameterStore.load(tensors, from: "f") { try BatchNorm($0 / "norm", width: 2) }
        }
        #expect(
            "\(try #require(error))" == "f: 1 parameter does not fit: norm.running_var: expected [2], found nothing")
    }

    @Test func `Xavier's weights are uniform by both widths, and biases zero`() throws {
        let (linear, _) = try ParameterStore.initialize(seed: 1) { try Linear(xavier: $0, from: 40, to: 14) }
        let weights = try linear.weight.array(Float.self)
        let bound = Float(1) / 3  // sqrt(6 / 54)
        #expect(linear.weight.shape == [14, 40])
        #expect(weights.allSatisfy { abs($0) <= bound } && (weights.max() ?? 0) > 0.98 * bound)
        #expect(try #require(linear.bias).array(Float.self).allSatisfy { $0 == 0 })
    }

    @Test func `all parameters take part in differentiation or none`() throws {
        let (model, parameters) = try fresh(1)
        try parameters.setRequiresGradient(true)
        #expect(parameters.entries.allSatisfy { $0.tensor.requiresGradient } && model.norm.bias.requiresGradient)
        try parameters.setRequiresGradient(false)
        #expect(parameters.entries.allSatisfy { !$0.tensor.requiresGradient })
    }
}

func difference(_ first: Tensor, _ second: Tensor) throws -> Double {
    try (first - second).reshaped([-1]).norm(0).item()
}
