import AsCLBase
package import Foundation
package import PictureCatalogue
package import RetrievalModels

/// What is looked for.
package struct PictureQuery: Sendable {
    /// One thing that pictures should be like.
    package enum Subject: Sendable {
        /// What they show.
        case sentence(String)
        /// A picture file.
        case file(String)
        /// A picture file's bytes.
        case data(Data)
        /// A picture of the index, by its number.
        case picture(Int64)

        var isSentence: Bool { if case .sentence = self { true } else { false } }
    }

    /// Subjects with their weights; below zero for what should not be there.
    package var subjects: [(subject: Subject, weight: Float)]
    /// Which pictures may be found.
    package var filter = PictureFilter()
    /// How many answers to leave out from the first, and how many to give.
    package var offset = 0, count = 10
    /// Whether those that are relevant come newest first.
    package var newestFirst = false
    /// Whether answers that are hardly relevant are given too.
    package var showsAll = false
    /// Whether every picture is scored, and not the nearest alone, where a trained model searches.
    package var isExhaustive = false

    /// A query for one sentence.
    package init(_ sentence: String) { subjects = [(.sentence(sentence), 1)] }

    /// A query for several things at once.
    package init(_ subjects: [(subject: Subject, weight: Float)]) { self.subjects = subjects }

    /// Its sentences with their weights; nil where it asks with pictures too.
    /// - Throws: `InputError` for a blank one.
    var sentences: [(text: String, weight: Float)]? {
        get throws {
            var sentences: [(text: String, weight: Float)] = []
            for (subject, weight) in subjects {
                guard case .sentence(let text) = subject else { return nil }
                guard !text.allSatisfy(\.isWhitespace) else {
                    throw InputError(place: "sentence", expected: "words", found: "only blanks")
                }
                sentences.append((text, weight))
            }
            return sentences
        }
    }
}

/// What a search found.
package struct SearchAnswer: Sendable, Encodable {
    /// A picture and how well it answers.
    package struct Hit: Sendable, Encodable {
        /// The picture.
        package let picture: CataloguedPicture
        /// The trained model's score, summed over the sentences; the cosine of picture and query where none has a say.
        package let score: Float
        /// The cosine of picture and query by the first stage, where that is another number.
        package let cosine: Float?
        /// How likely the picture is what was asked for: by the calibration where the index has one, else by the model's
        /// own belief; nil where the query has no sentence, which these are about, or where there is neither.
        package let relevance: Double?
        /// What the words met in the picture, where that was asked for.
        package var explanation: Explanation?
    }

    /// In their order.
    package var hits: [Hit]
    /// Pictures that answer, as far as was looked: those that are relevant enough, or all that were asked for.
    package let count: Int
    /// Whether there may be more than these, since only the nearest pictures were looked at.
    package let mayHaveMore: Bool
    /// Pictures that could have been found.
    package let searchedCount: Int
    /// The relevance from which on pictures are shown; nil where they have none.
    package let leastRelevance: Double?
    /// What has to be told: a sentence that was cut. A line each.
    package let notes: [String]
}
