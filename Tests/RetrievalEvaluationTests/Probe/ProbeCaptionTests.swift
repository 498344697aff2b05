import RetrievalFixtures
import Testing

@testable import RetrievalData
@testable import RetrievalEvaluation

@Suite struct ProbeCaptionTests {
    static func split(_ captions: [[String]]) -> RetrievalSplit {
        RetrievalSplit(
            name: "test", captionsOfImages: captions, imageNames: nil, storedTimes: 1, sets: [],
            rows: captions.indices.map { RetrievalSplit.Row(set: 0, row: $0) })
    }

    /// Four pictures each of a dog, a woman, a bike and a lake.
    static let pictures: [[String]] = (0..<4).flatMap { number in
        [
            ["A black dog runs fast on day \(number) .", "The puppy runs in circles .", "Dog outdoors running"],
            ["A woman reads in the morning \(number) .", "A lady reads something long", "The tall woman reads"],
            ["An old bike leans on its side \(number) .", "The bicycle is red and old", "A bike at noon with a bell"],
            ["A lake lies very still at noon \(number) .", "The lake in the evening sun", "Some lake far up north"],
        ]
    }
    let split = Self.split(Self.pictures)

    /// The subjects of `pictures` that a text names.
    static func subjects(_ text: String) -> Set<Int> {
        let names = [["dog", "puppy"], ["woman", "lady"], ["bike", "bicycle"], ["lake"]]
        let words = Set(CaptionWords(text).words.map(\.text))
        return Set(names.indices.filter { !words.isDisjoint(with: names[$0]) })
    }

    @Test func `the wrong caption names what the picture lacks`() {
        let cases = CaptionProbe.cases(for: split, seed: 1)
        #expect(cases.count == 48)
        for probe in cases {
            let own = Self.pictures[probe.image]
            #expect(Self.subjects(probe.right) == [probe.image % 4], "\(probe)")
            #expect(!Self.subjects(probe.wrong).subtracting([probe.image % 4]).isEmpty, "\(probe)")
            switch probe.type {
            case .detail:
                #expect(own.contains(probe.right))
            case .joined:
                #expect(own.contains { first in own.contains { $0 != first && first + " " + $0 == probe.right } })
                #expect(own.contains { probe.wrong.hasPrefix($0) })
            case .shortened:
                #expect(own.map(CaptionVariants.shortPositive).contains(probe.right))
                #expect(Self.pictures.joined().map(CaptionVariants.shortPositive).contains(probe.wrong))
            }
        }
    }

    @Test func `details are added or exchanged`() {
        let details = (0..<20).flatMap { CaptionProbe.cases(for: split, seed: $0) }.filter { $0.type == .detail }
        let additions = details.filter { Self.subjects($0.wrong).contains($0.image % 4) }
        #expect(!additions.isEmpty && additions.allSatisfy { $0.wrong.count > $0.right.count })
        // Nothing here may take a lake's place: it is the only water.
        #expect(details.filter { $0.image % 4 == 3 }.allSatisfy { Self.subjects($0.wrong).contains(3) })
    }

    @Test func `number and category are kept`() {
        let cows = (0..<3).map { ["Two cows stand in picture \($0)", "An old cow moos"] }
        let sheep = (0..<3).map { ["Three horses stand in picture \($0)", "An old horse"] }
        let cases = (0..<10).flatMap { CaptionProbe.cases(for: Self.split(cows + sheep), seed: $0) }
        let wrong = Set(cases.filter { $0.type == .detail && $0.image == 0 }.map(\.wrong))
        let exchanged = wrong.filter { !$0.contains("cow") }
        #expect(exchanged == ["Two horses stand in picture 0", "An old horse moos"])
        let ends = ["with", "beside", "next to", "near"].map { " \($0) a horse" }
        #expect(wrong.subtracting(exchanged).allSatisfy { added in ends.contains { added.hasSuffix($0) } })
    }

    @Test func `rare nouns are not used`() {
        let dogs = Array(repeating: ["A dog runs on sand", "A dog outdoors"], count: 3)
        let cats = Array(repeating: ["A cat sleeps", "A cat indoors"], count: 2)
        let types = CaptionProbe.cases(for: Self.split(dogs + cats), seed: 1).filter { $0.type == .detail }
        #expect(types.allSatisfy { $0.wrong.contains("dog") } && types.map(\.image) == [3, 4])
    }

    @Test func `the agreement of pronouns is kept`() {
        let men = Array(repeating: ["A man with his umbrella", "A man with an umbrella he has"], count: 3)
        let women = Array(repeating: ["A woman sits", "A woman waits"], count: 3)
        for seed in 0..<10 {
            for probe in CaptionProbe.cases(for: Self.split(men + women), seed: UInt64(seed))
            where probe.type == .detail && probe.image < 3 {
                #expect(probe.wrong.hasPrefix(probe.right), "\(probe)")
            }
        }
    }

    @Test func `where nothing can be made, nothing is`() {
        var captions = Self.pictures
        captions[0] = ["A dog runs in the sun"]
        captions[1] = ["Red", "Blue and green and red"]
        captions[2] = ["A bike in the sun", "A bike in the sun"]
        let cases = CaptionProbe.cases(for: Self.split(captions), seed: 1)
        #expect(cases.filter { $0.image == 0 }.map(\.type) == [.detail, .shortened])
        #expect(cases.filter { $0.image == 1 }.map(\.type) == [.detail, .joined])
        #expect(cases.filter { $0.image == 2 }.map(\.type) == [.detail, .shortened])
        #expect(CaptionProbe.cases(for: Self.split([["a red circle", "a circle"], ["a square"]]), seed: 1).isEmpty)
    }

    @Test func `the same seed gives the same cases`() {
        #expect(CaptionProbe.cases(for: split, seed: 3) == CaptionProbe.cases(for: split, seed: 3))
        #expect(CaptionProbe.cases(for: split, seed: 4) != CaptionProbe.cases(for: split, seed: 3))
    }

    @Test(
        .enabled(
            if: SharedFolder.hasFlickr8k,
            "flickr8k is not there: set ASCL_SHARED to the folder that holds data/flickr8k"))
    func `real captions give cases`() throws {
        let split = try Dataset(path: SharedFolder.flickr8k).split("dev")
        let cases = CaptionProbe.cases(for: split, seed: 1)
        for type in AsymmetryType.allCases {
            let ofType = cases.filter { $0.type == type }
            #expect(ofType.count >= 990, "\(type)")
            #expect(ofType.allSatisfy { $0.right != $0.wrong })
        }
        let joined = cases.filter { $0.type == .joined }
        let longer = joined.map { $0.wrong.split(separator: " ").count - $0.right.split(separator: " ").count }
        #expect(longer.map(abs).reduce(0, +) < joined.count, "a word each on average")
        // Both ways of making a detail wrong are in use.
        let details = cases.filter { $0.type == .detail }
        let sameLength = details.count { $0.right.split(separator: " ").count == $0.wrong.split(separator: " ").count }
        #expect((300...600).contains(sameLength))
    }
}
