import Testing
import Torch
import TorchNN

@testable import RetrievalModels

@Suite struct RegionDictionaryTests {
    private func dictionary(_ count: Int) throws -> RegionDictionary {
        try ParameterStore.initialize(seed: 1) { try RegionDictionary($0, count: count, width: 5) }.model
    }

    /// Three heaps far apart, of so many regions each.
    private func heaps(_ size: Int) throws -> Tensor {
        let centers = try Tensor.normal([3, 5], generator: Generator(seed: 2)) * 10
        let spread = try Tensor.normal([size, 3, 5], generator: Generator(seed: 3)) * 0.1
        return try (centers + spread).reshaped([-1, 5])
    }

    @Test func `like regions are one class, and its vector is their mean`() throws {
        let regions = try heaps(40)
        // Of three that are drawn two may be of one heap; of these seeds one has three heaps.
        for seed in 0..<20 as Range<UInt64> {
            let dictionary = try dictionary(3)
            try dictionary.fill(regions, seed: seed)
            let classes = try dictionary.nearest(regions).array(Int.self)
            guard Set(classes.prefix(3)).count == 3 else { continue }
            #expect(classes.indices.allSatisfy { classes[$0] == classes[$0 % 3] })
            let first = try regions.reshaped([40, 3, 5]).mean(0)
            for heap in 0..<3 {
                let vector = try dictionary.vectors.sliced(0, classes[heap]..<classes[heap] + 1)
                #expect(try Plain.distance(vector, Plain.rows(first.sliced(0, heap..<heap + 1))) < 1e-4)
            }
            return
        }
        Issue.record("no seed drew a region of each heap")
    }

    @Test func `rounds bring regions nearer to their vectors, and a seed gives its dictionary`() throws {
        let regions = try Tensor.normal([300, 5], generator: Generator(seed: 4))
        func vectors(_ seed: UInt64) throws -> Tensor {
            let dictionary = try dictionary(8)
            try dictionary.fill(regions, seed: seed)
            return dictionary.vectors
        }
        let filled = try vectors(1)
        #expect(try filled.array(Float.self) == vectors(1).array(Float.self))
        #expect(try filled.array(Float.self) != vectors(2).array(Float.self))
        func missed(_ vectors: Tensor) throws -> Double {
            let own = try dictionary(8)
            try own.vectors.copy(from: vectors)
            let difference = try regions - vectors.indexSelect(own.nearest(regions))
            return try (difference * difference).mean().item()
        }
        #expect(try missed(filled) < 0.8 * missed(regions.sliced(0, 0..<8)))
    }

    @Test func `more classes than regions are no error`() throws {
        let dictionary = try dictionary(9)
        let regions = try heaps(1)
        try dictionary.fill(regions, seed: 1)
        #expect(try Set(dictionary.nearest(regions).array(Int.self)).count == 3)
        #expect(try dictionary.vectors.allFinite())
    }

    /// k 2 and three vectors, twice, with numbers that can be followed by hand.
    @Test func `a moving average is that of the equations, and what it stands for is counted`() throws {
        let (dictionary, parameters) = try ParameterStore.initialize(seed: 1) {
            try RegionDictionary($0, count: 2, width: 2, moves: true)
        }
        try dictionary.vectors.copy(from: Tensor([0, 0, 4, 0] as [Float], shape: [2, 2]))
        let regions = try Tensor([1, 1, -1, 3, 5, 0] as [Float], shape: [3, 2])
        try regions.setRequiresGradient(true)
        #expect(try dictionary.nearest(regions).array(Int.self) == [0, 0, 1])
        func step(_ decay: Double) throws {
            try dictionary.update(regions, tokens: dictionary.nearest(regions), decay: decay)
        }
        func value(_ name: String) throws -> [Float] {
            try #require(parameters.buffers.first { $0.name == name }).tensor.array()
        }
        try step(0.4)
        // n = 0.6 [2, 1], m = 0.6 [[0, 4], [5, 0]]: the means, but for what is added so that nothing divides by zero.
        #expect(zip(try value("counts"), [1.2, 0.6]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(zip(try value("sums"), [0, 2.4, 3, 0]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(zip(try value("vectors"), [0, 2, 5, 0]).allSatisfy { abs($0 - $1) < 1e-4 })
        // Now (1, 1) and (-1, 3) are nearest to (0, 2) still; n = 0.9 [1.2, 0.6] + 0.1 [2, 1].
        try step(0.9)
        #expect(zip(try value("counts"), [1.28, 0.64]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(zip(try value("sums"), [0, 2.56, 3.2, 0]).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(try dictionary.deadCount() == 0)
        // An entry that nothing is near to goes towards zero, and is counted.
        try dictionary.vectors.copy(from: Tensor([1, 1, 900, 900] as [Float], shape: [2, 2]))
        try step(0)
        #expect(try value("counts") == [3, 0] && dictionary.deadCount() == 1)
        #expect(zip(try value("vectors"), [5.0 / 3, 4.0 / 3, 0, 0]).allSatisfy { abs($0 - $1) < 1e-4 })
        #expect(regions.gradient == nil && !dictionary.vectors.requiresGradient)
        #expect(throws: TorchError.self) { try self.dictionary(2).update(regions, tokens: .range(3), decay: 0) }
    }
}
