import Foundation
import PictureCatalogue
import PictureSearch

extension PictureQuery {
    private enum Order: String, CaseIterable { case relevance, time }
    private enum Choice: String, CaseIterable { case yes = "1", no = "0" }

    private static let names: Set<String> = [
        "q", "minus", "like", "in", "after", "before", "camera", "orientation", "size", "sort", "offset", "count",
        "all", "exhaustive",
    ]
    /// Sentences and pictures of one query: each costs a run of the model.
    private static let mostSubjects = 16

    /// What the part of an address behind `?` asks for.
    /// - Parameter picture: The bytes of a picture that came with it.
    init(request text: String?, picture: Data? = nil, settings: ServerSettings) throws {
        let items = try QueryItems(text, known: Self.names)
        func sentences(_ name: String, _ weight: Float) throws -> [(Subject, Float)] {
            try items.all(name).map { sentence in
                try Self.expectLength(name, sentence, settings)
                return (.sentence(sentence), weight)
            }
        }
        let known = try items.all("like").map { text in
            guard let id = Int64(text), id > 0 else {
                throw RequestProblem.bad("like", expected: "the number of a picture of the index", found: text)
            }
            return (Subject.picture(id), Float(1))
        }
        let wanted = try sentences("q", 1) + known + (picture.map { [(.data($0), 1)] } ?? [])
        guard !wanted.isEmpty else {
            throw RequestProblem.bad("q", expected: "a sentence, or like= and a picture's number", found: "nothing")
        }
        self.init(try wanted + sentences("minus", -1))
        guard subjects.count <= Self.mostSubjects else {
            throw RequestProblem.bad(
                "query", expected: "at most \(Self.mostSubjects) sentences and pictures", found: subjects.count)
        }
        offset = try items.number("offset", in: 0...1_000_000, default: 0)
        count = try items.number("count", in: 1...settings.mostAnswers, default: 50)
        newestFirst = try items.choice("sort") == Order.time
        showsAll = try items.choice("all") == Choice.yes
        isExhaustive = try items.choice("exhaustive") == Choice.yes
        filter.folder = try items.text("in")
        if let folder = filter.folder, !folder.hasPrefix("/") {
            throw RequestProblem.bad("in", expected: "a folder's whole path", found: folder)
        }
        (filter.from, filter.to) = (try Self.day("after", items), try Self.day("before", items))
        filter.camera = try items.text("camera")
        filter.orientation = try items.choice("orientation")
        let size = try items.number("size", in: 0...1_000_000, default: 0)
        filter.leastSide = size > 0 ? size : nil
    }

    /// Refuses a sentence that is too long.
    static func expectLength(_ name: String, _ sentence: String, _ settings: ServerSettings) throws {
        guard sentence.count <= settings.sentenceLength else {
            throw RequestProblem.bad(
                name, expected: "at most \(settings.sentenceLength) characters",
                found: "\(sentence.count) characters")
        }
    }

    private static func day(_ name: String, _ items: QueryItems) throws -> String? {
        guard let text = try items.one(name) else { return nil }
        guard text.wholeMatch(of: /[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?/) != nil else {
            throw RequestProblem.bad(name, expected: "2019, 2019-06 or 2019-06-30", found: text)
        }
        return text
    }
}
