import AsCLBase
import TextEncoding
import Torch

extension AsymmetryNoise {
    /// The chance in one kind of noise on several texts, and what it makes of the words of any of them.
    struct Draw {
        private enum Chance {
            /// What the noise on all words is drawn from.
            case seed(UInt64)
            /// One for each word of all texts.
            case words([Bool])
            /// One for each feature, text after text.
            case features([Bool])
        }

        private let kind: Kind
        private let strength: Strength
        private let lengths: [Int]
        private let width: Int
        private let chance: Chance

        /// Draws for texts of so many words, `width` features each.
        init(
            _ kind: Kind, _ lengths: [Int], width: Int, _ strength: Strength, _ generator: inout SeededGenerator
        ) {
            (self.kind, self.strength, self.lengths, self.width) = (kind, strength, lengths, width)
            switch kind {
            case .gaussian, .dropout, .shuffle: chance = .seed(generator.next())
            case .tokenCutoff:
                chance = .words(lengths.flatMap { Self.cut($0, rate: strength.cutoffRate, &generator) })
            case .featureCutoff:
                chance = .features(lengths.flatMap { _ in Self.cut(width, rate: strength.cutoffRate, &generator) })
            }
        }

        /// Which of `count` things go.
        private static func cut(_ count: Int, rate: Double, _ generator: inout SeededGenerator) -> [Bool] {
            var order = Array(0..<count)
            generator.shuffle(&order)
            var cut = [Bool](repeating: false, count: count)
            for place in order.prefix(cutoffCount(count, rate: rate)) { cut[place] = true }
            return cut
        }

        /// Noise on the words `[words, width]` of some of the texts.
        /// - Parameter texts: Their numbers.
        func noisy(_ clean: Tensor, _ texts: [Int]) throws(TorchError) -> Tensor {
            switch chance {
            case .seed(let seed):
                let generator = try Generator(seed: seed)
                let all = [lengths.reduce(0, +), width]
                guard kind == .dropout else {
                    let noise = try own(.normal(all, generator: generator), texts).to(clean.dtype)
                    return try clean + noise.to(device: clean.device) * deviation(clean, texts)
                }
                let dropped = try own(.uniform(all, 0, 1, generator: generator), texts).less(than: strength.dropout)
                return try clean.filled(where: dropped.to(device: clean.device), with: 0) / (1 - strength.dropout)
            case .words(let cut):
                let mask = try own(Tensor(cut, shape: [cut.count, 1]), texts)
                return try clean.filled(where: mask.to(device: clean.device), with: 0)
            case .features(let cut):
                let textOfRow = texts.flatMap { [Int](repeating: $0, count: lengths[$0]) }
                let mask = try Tensor(cut, shape: [lengths.count, width])
                    .indexSelect(Tensor(textOfRow, shape: [textOfRow.count]))
                return try clean.filled(where: mask.to(device: clean.device), with: 0)
            }
        }

        /// The rows of some of the texts, of all texts' rows.
        private func own(_ rows: Tensor, _ texts: [Int]) throws(TorchError) -> Tensor {
            guard texts.count < lengths.count else { return rows }
            var starts = [0]
            for length in lengths { starts.append(starts[starts.count - 1] + length) }
            let places = texts.flatMap { starts[$0]..<starts[$0 + 1] }
            return try rows.indexSelect(Tensor(places, shape: [places.count]))
        }

        /// `gaussianScale` times the RMS of each text's words, a row a word.
        private func deviation(_ clean: Tensor, _ texts: [Int]) throws(TorchError) -> Tensor {
            let squares = try TextBatch(rows: clean.detached() * clean.detached(), lengths: texts.map { lengths[$0] })
            let rms = try squares.means().mean(1, keepingDimensions: true).sqrt()
            let textOfRow = squares.lengths.enumerated().flatMap { [Int](repeating: $0, count: $1) }
            let places = try Tensor(textOfRow, shape: [textOfRow.count]).to(device: clean.device)
            return try rms.indexSelect(places) * strength.gaussianScale
        }
    }
}
