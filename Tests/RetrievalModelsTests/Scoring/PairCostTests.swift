import RetrievalFixtures
import Testing
import TextEncoding
import Torch

@testable import RetrievalModels

/// Multiply-adds of a pair, against counts of the products that the equations have, one by one.
@Suite struct PairCostTests {
    /// Counts what a product of matrices takes, `[rows, inner]` times `[inner, columns]`.
    private struct Count {
        private(set) var sum = 0

        mutating func product(_ rows: Int, _ inner: Int, _ columns: Int) {
            for _ in 0..<rows { for _ in 0..<columns { sum += inner } }
        }
    }

    private static let (regions, words) = (5, 3)

    private func expect(_ configuration: any ModelConfiguration, _ body: (inout Count) -> Void) {
        var count = Count()
        body(&count)
        #expect(
            configuration.multiplyAdds(regions: Self.regions, words: Self.words) == Double(count.sum),
            "\(configuration.method)")
    }

    private func baseline(_ method: Method, _ direction: BaselineConfiguration.Direction) -> BaselineConfiguration {
        BaselineConfiguration(
            method, jointDimension: 8, regionDimension: 6, globalDimension: 5, textDimension: 7, vocabularySize: 20,
            direction: direction, lexicon: method == .lexicon ? [1, 2, 5] : nil)
    }

    @Test func `vectors cost their width`() throws {
        for method in [Method.vse, .dsran, .dualEncoder] {
            expect(baseline(method, .both)) { $0.product(1, 8, 1) }
        }
        expect(baseline(.lexicon, .both)) { $0.product(1, 3, 1) }
        expect(try UNITERTests.configuration(.lightningDOT)) { $0.product(1, 8, 1) }
        let cots = try StreamCase<COTS>.configuration(.cots)
        expect(cots) { $0.product(1, 8, 1) }
        let lexlip = try StreamCase<LexLIP>.configuration(.lexlip)
        expect(lexlip) { $0.product(1, lexlip.vocabulary.count, 1) }
        expect(ViSTATests.configuration()) { $0.product(1, 5, 1) }
    }

    /// All layers over words and regions; of the last one the first place is looked at.
    private func layers(_ count: inout Count) {
        let (all, width, heads) = (Self.regions + Self.words, 8, 2)
        for layer in 0..<2 {
            let places = layer == 1 ? 1 : all
            count.product(places, width, width)  // queries
            count.product(all, width, 2 * width)  // keys and values
            for _ in 0..<heads {
                count.product(places, width / heads, all)
                count.product(places, all, width / heads)
            }
            count.product(places, width, width)  // behind attention
            count.product(places, width, 4 * width)
            count.product(places, 4 * width, width)
        }
    }

    @Test(arguments: [Method.uniter, .uniterDG, .tagsDC])
    func `a joint encoding costs all its layers`(_ method: Method) throws {
        expect(try UNITERTests.configuration(method)) { count in
            layers(&count)
            count.product(1, 8, 8)  // pooled
            count.product(1, 8, 1)
        }
    }

    @Test func `SOHO's has two logits behind them`() throws {
        expect(try SOHOTests.configuration()) { count in
            layers(&count)
            count.product(1, 8, 2)
        }
    }

    @Test(arguments: [Fusion.sum, .gated, .none])
    func `AsCL's tables leave logits, numerators, lengths and means to a pair`(_ fusion: Fusion) throws {
        let (width, heads) = (8, 4)
        let configuration = try AsCLConfiguration(
            jointDimension: width, heads: heads, regionDimension: 6, globalDimension: 5, textDimension: 7,
            localWeight: 0.6, fusion: fusion)
        expect(configuration) { count in
            if fusion == .none { return (0..<2).forEach { _ in count.product(1, width, 1) } }
            for (own, other) in [(Self.regions, Self.words), (Self.words, Self.regions)] {
                for _ in 0..<heads {
                    count.product(own, width / heads, other)  // logits
                    count.product(own, width / heads, other)  // numerators
                }
                count.product(own, heads * other, heads * other)  // weights by the Gram matrix
                count.product(1, heads * other, width)  // mean weights by the table
            }
            if fusion == .gated { count.product(1, width, width) }
            count.product(1, width, 1)
        }
    }

    @Test(arguments: BaselineConfiguration.Direction.allCases)
    func `SCAN, IMRAM and DIME cost what each way does`(_ direction: BaselineConfiguration.Direction) {
        let ways = [
            direction == .imageToText ? nil : (Self.words, Self.regions),
            direction == .textToImage ? nil : (Self.regions, Self.words),
        ].compactMap(\.self)
        let width = 8
        expect(baseline(.scan, direction)) { count in
            for (own, other) in ways {
                count.product(own, width, other)
                count.product(own, other, other)
            }
        }
        expect(baseline(.imram, direction)) { count in
            for (own, other) in ways {
                for step in 1...3 {
                    count.product(own, width, other)  // products
                    count.product(own, other, other)  // lengths
                    if step < 3 { count.product(own, other, 2 * width) }  // what contexts give the memory
                    if step == 2 { count.product(own, width, 2 * width) }  // what the pair's own queries do
                }
            }
        }
        expect(baseline(.dime, direction)) { count in
            for (own, other) in ways {
                for layer in 0..<3 {
                    // Refinement meets the other item.
                    count.product(own, width, other)
                    count.product(own, other, width)
                    for _ in 0..<4 { count.product(own, width, width) }
                    // What reads the item alone is made of it once.
                    if layer == 0 { continue }
                    count.product(own, width, width)  // guidance
                    for _ in 0..<3 { count.product(own, width, width) }
                    count.product(own, width, own)
                    count.product(own, own, width)
                    count.product(own, width, 2 * width)
                    count.product(own, 2 * width, width)
                    for _ in 0..<4 {
                        count.product(1, width, 2 * width)
                        count.product(1, 2 * width, layer == 1 ? 4 : 1)
                    }
                }
                count.product(1, width, 1)
            }
        }
    }

    @Test func `of a split it is the mean over captions`() throws {
        let folder = try ScratchFolder()
        let data = TinyData(images: 4, captionsPerImage: 2)
        let split = try data.split(in: folder)
        let encoder = try TinyTextEncoder.load(writingTo: folder.path + "/bert")
        let model = try RetrievalModel(data.configuration(), textEncoder: encoder, seed: 1)
        let costs = try model.tokenize(split.captions).map {
            try #require(model.configuration.multiplyAdds(regions: 3, words: $0.ids.count))
        }
        let found = try #require(try model.multiplyAddsOfPair(in: split))
        #expect(abs(found - costs.reduce(0, +) / 8) < 1e-6 && Set(costs).count > 1)
    }
}
