import RetrievalData
import RetrievalFixtures
import Testing

@testable import RetrievalEvaluation

@Suite struct ProbeLexiconTests {
    let lexicon = ProbeLexicon.standard

    /// Whether the thing may be claimed absent from a picture with these captions.
    func isAbsent(_ noun: String, _ captions: String...) throws -> Bool {
        let concept = try #require(lexicon.concepts.firstIndex { $0.forms.contains { $0.text == noun } })
        #expect(lexicon.concepts[concept].isClaimable, "\(noun)")
        return !lexicon.notAbsent(captions.map(CaptionWords.init)).contains(concept)
    }

    @Test func `what no caption mentions is absent`() throws {
        #expect(try isAbsent("dog", "A cat sleeps .", "The cat on a sofa"))
        #expect(try isAbsent("woman", "A man reads", "A man and his dog"))
        #expect(try isAbsent("horse", "a dog runs"))
    }

    @Test(arguments: [
        ("dog", "a dog runs"), ("dog", "Two DOGS, running"), ("dog", "a puppy sleeps"), ("dog", "two puppies"),
        ("dog", "a Golden Retriever swims"), ("dog", "the dog's bone"), ("dog", "an animal sleeps"),
        ("dog", "something barks"), ("man", "a person in red"), ("man", "the players rest"), ("man", "two clowns"),
        ("man", "a boy sits"),
        ("boy", "a child sits"), ("child", "a little girl"), ("baby", "kids"), ("surfboard", "he is surfing a wave"),
        ("bicycle", "a cyclist on the road"), ("lake", "a dog swims in water"), ("ocean", "a sandy beach"),
        ("duck", "a white bird"), ("bird", "a duck lands"), ("sofa", "a couch"), ("wolf", "foxes"),
        ("frisbee", "a toy in its mouth"), ("hot dog", "he eats"),
    ])
    func `synonyms, plurals and kinds are not absent`(noun: String, caption: String) throws {
        let known = lexicon.mentions(in: CaptionWords(noun)).flatMap(\.forms)
        let concept = try #require(known.first?.concept)
        #expect(lexicon.notAbsent(["nothing", caption].map(CaptionWords.init)).contains(concept))
    }

    @Test func `siblings are told apart`() throws {
        #expect(try isAbsent("swan", "a goat") && isAbsent("cat", "a dog runs") && isAbsent("cat", "a poodle"))
        #expect(try isAbsent("surfer", "a man sits"))
    }

    @Test func `the longest name counts`() throws {
        let mentions = lexicon.mentions(in: CaptionWords("Two women eat hot dogs near a fire hydrant"))
        #expect(mentions.map { $0.forms.map(\.text) } == [["women"], ["hot dogs"], ["fire hydrant"]])
        #expect(mentions.map(\.words) == [1..<2, 3..<5, 7..<9])
    }

    @Test func `plurals are made`() throws {
        let words = "men children puppies benches wolves buses geese"
        let numbers = lexicon.mentions(in: CaptionWords(words)).flatMap(\.forms).map(\.number)
        #expect(numbers == .init(repeating: .plural, count: 7))
    }

    /// A slip in the lists would silently take a noun out of the judgement.
    @Test func `the lists are well formed`() {
        let names = lexicon.concepts.flatMap { Set($0.forms.map(\.text)) }
        #expect(Set(names).count == names.count, "a first name stands for one concept")
        #expect(lexicon.concepts.count > 150 && lexicon.concepts.filter(\.isClaimable).count > 120)
        for (index, concept) in lexicon.concepts.enumerated() {
            #expect(concept.lineage.last == index && Set(concept.lineage).count == concept.lineage.count)
            #expect(concept.lineage.allSatisfy { lexicon.concepts[$0].category == concept.category })
            for word in concept.evidence {
                #expect(word.allSatisfy { $0.isLowercase || $0 == "_" || $0 == "*" } || word == "ROLE", "\(word)")
            }
        }
        for list in [ProbeNouns.living, ProbeNouns.things, ProbeNouns.places] {
            for line in list.split(separator: "\n") {
                #expect(line.prefix { $0 == " " }.count.isMultiple(of: 2), "\(line)")
                #expect(line.count { $0 == "|" } <= 1 && !line.contains("\\"), "\(line)")
            }
        }
    }
}
