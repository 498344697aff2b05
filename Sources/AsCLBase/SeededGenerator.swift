/// Random numbers that are the same on every machine: xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64.
///
/// Everything drawn here is defined by this file alone, so that a new standard library cannot change a run.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// A generator for a place in a run: the numbers are a function of the seed and the counters (an epoch, a step, a
    /// purpose) and of nothing else, so that a resumed run draws what the uninterrupted one would have drawn.
    package init(seed: UInt64, stream counters: UInt64...) {
        var mixer = SplitMix(state: seed)
        for counter in counters {
            // What is drawn first depends on all counters before, so that (1, 2) and (2, 1) part ways.
            mixer = SplitMix(state: mixer.next() ^ SplitMix.scrambled(counter))
        }
        self.init(state: (mixer.next(), mixer.next(), mixer.next(), mixer.next()))
    }

    init(state: (UInt64, UInt64, UInt64, UInt64)) { self.state = state }

    /// The next 64 random bits.
    package mutating func next() -> UInt64 {
        let result = rotated(state.1 &* 5, by: 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, by: 45)
        return result
    }

    /// A number of [0, 1), in steps of 2^-53.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A whole number of 0 ..< `bound`, each as likely; `bound` has to be positive.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "below(\(bound)) has nothing to draw from")
        // The high half of a product is uniform once the few low halves that would favour some numbers are thrown away
        // (Lemire 2019).
        let width = UInt64(bound)
        var product = next().multipliedFullWidth(by: width)
        if product.low < width {
            let unfair = (0 &- width) % width
            while product.low < unfair {
                product = next().multipliedFullWidth(by: width)
            }
        }
        return Int(product.high)
    }

    /// Puts the elements into a random order, each as likely.
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(last, below(last + 1))
        }
    }

    private func rotated(_ bits: UInt64, by count: UInt64) -> UInt64 { bits << count | bits >> (64 - count) }
}

/// splitmix64 (Steele, Lea and Flood 2014): spreads seeds that lie close together.
struct SplitMix {
    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.finished(state)
    }

    /// `value` spread over all bits.
    static func scrambled(_ value: UInt64) -> UInt64 { finished(value &+ step) }

    private static func finished(_ value: UInt64) -> UInt64 {
        var bits = value
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
