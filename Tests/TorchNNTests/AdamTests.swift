import Testing
import Torch
import TorchNN

@Suite struct AdamTests {
    /// Two parameters, and an optimizer over them whose second group learns at half the rate.
    struct Problem {
        let parameters: ParameterSet
        let adam: Adam

        init() throws {
            let a = try Tensor([1, -2, 3] as [Float], shape: [3]), b = try Tensor([4] as [Float], shape: [1])
            parameters = ParameterSet([("a", a), ("b", b)])
            try parameters.setRequiresGradient(true)
            adam = try Adam(
                [
                    Adam.Group(ParameterSet([("a", a)])),
                    Adam.Group(ParameterSet([("b", b)]), learningRateFactor: 0.5),
                ])
        }

        /// One step on the sum of squares.
        @discardableResult
        func step(clip: Double? = nil) throws -> Tensor? {
            for (_, tensor) in parameters.entries { try (tensor * tensor).sum().backward() }
            return try adam.step(learningRate: 0.1, clippingNormTo: clip)
        }

        func values() throws -> [Float] {
            try parameters.entries.flatMap { try $0.tensor.detached().array(Float.self) }
        }
    }

    func near(_ found: [Float], _ expected: [Float]) -> Bool {
        found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 }
    }

    /// Adam's first step has the size of the learning rate whatever the gradient's.
    @Test func `groups learn at their own rates`() throws {
        let problem = try Problem()
        #expect(try problem.step() == nil, "no norm where none is clipped")
        #expect(near(try problem.values(), [0.9, -1.9, 2.9, 3.95]))
        #expect(problem.parameters.entries.allSatisfy { $0.tensor.gradient == nil }, "gradients are cleared")
    }

    @Test func `the norm is that of all gradients before clipping`() throws {
        let problem = try Problem()
        let norm = try #require(try problem.step(clip: 1)).item()
        #expect(abs(norm - 120.0.squareRoot()) < 1e-5)
        let moment: [Float] = try #require(problem.adam.state["a.first_moment"]).array()
        let scale = Float(0.1 / norm)
        #expect(near(moment, [2 * scale, -4 * scale, 6 * scale]), "the moments see clipped gradients")
    }

    @Test func `a parameter without gradient stays`() throws {
        let problem = try Problem()
        let b = problem.parameters.entries[1].tensor
        try (b * b).sum().backward()
        try problem.adam.step(learningRate: 0.1)
        #expect(near(try problem.values(), [1, -2, 3, 3.95]))
        #expect(try #require(problem.adam.state["a.step"]).item() == 0)
        #expect(try #require(problem.adam.state["b.step"]).item() == 1)
        #expect(try problem.adam.step(learningRate: 0.1, clippingNormTo: 1) == nil, "nothing to do")
    }

    @Test func `a restored optimizer goes on identically`() throws {
        let straight = try Problem()
        for _ in 0..<3 { try straight.step(clip: 5) }
        let saved = try straight.adam.state.mapValues { try $0.cloned() }
        #expect(
            Set(saved.keys) == [
                "a.first_moment", "a.second_moment", "a.step", "b.first_moment", "b.second_moment", "b.step",
            ])
        let resumed = try Problem()
        for (own, other) in zip(resumed.parameters.entries, straight.parameters.entries) {
            try withoutGradients { try own.tensor.copy(from: other.tensor) }
        }
        try resumed.adam.restore(saved, from: "optimizer.safetensors")
        for _ in 0..<3 {
            try straight.step(clip: 5)
            try resumed.step(clip: 5)
        }
        #expect(try straight.values() == resumed.values())
    }

    @Test func `a state that does not fit is refused whole`() throws {
        let problem = try Problem()
        try problem.step()
        var state = try problem.adam.state.mapValues { try $0.cloned().zerosLike() }
        state["a.step"] = nil
        state["b.first_moment"] = try .zeros([2])
        state["c.step"] = try .zeros([])
        let error = try #require(throws: ParameterError.self) {
            try problem.adam.restore(state, from: "optimizer.safetensors")
        }
        #expect(
            error.description
                == "optimizer.safetensors: 3 parameters do not fit: a.step: expected [], found nothing; "
                + "b.first_moment: expected [1], found [2]; c.step: expected no such tensor, found one")
        #expect(try #require(problem.adam.state["b.step"]).item() == 1, "nothing was taken over")
    }

    @Test func `the rate falls in steps`() {
        let schedule = StepSchedule(initial: 0.2, factor: 0.1, everyEpochs: 10)
        let rates = [0, 9, 10, 19, 20].map { schedule.learningRate(epoch: $0) }
        #expect(zip(rates, [0.2, 0.2, 0.02, 0.02, 0.002]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(StepSchedule(initial: 1, factor: 0.5, everyEpochs: 0).learningRate(epoch: 2) == 0.25)
    }
}
