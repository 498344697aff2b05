import AsCLBase
import PictureCatalogue

extension PictureCollection {
    /// Answers are given above this probability.
    package static let leastRelevance = 0.2

    /// Pictures that answer a query, best first or newest first.
    /// - Throws: `InputError` for a subject that is none: a blank sentence, a file that is no picture, a number of no picture.
    package func search(_ query: PictureQuery) throws -> SearchAnswer {
        let opened = try current()
        let allowed = try catalogue.pictures(query.filter)
        let searched = allowed?.count ?? opened.first.store.count
        let scoring = try opened.second.flatMap { second in try query.sentences.map { (second, $0) } }
        let scoresAll =
            scoring != nil
            && (query.isExhaustive || searched <= limits.scoredWhole || !opened.first.knowsSentences)
        let wanted = scoresAll ? max(searched, 1) : max(query.offset + query.count, limits.found)
        var found = try opened.first.candidates(query, top: wanted, allowed: allowed, isScore: scoring == nil)
        if !query.showsAll { found.removeAll { ($0.relevance ?? 1) < Self.leastRelevance } }
        // Where the last that was looked at still answers, others behind it may too.
        let mayHaveMore = found.count == wanted && wanted < searched
        var notes = try notes(query, opened)
        func score(_ places: Range<Int>) throws {
            guard let (second, sentences) = scoring else { return }
            let lost = try second.score(&found[places], sentences)
            if lost > 0 {
                notes.append(
                    "\(lost) pictures cannot be scored, since their features are damaged: `ascl index` mends that")
            }
        }
        if scoresAll {
            try score(found.indices)
            if searched > limits.scoredWhole { notes.append("each of \(found.count) pictures was scored") }
        }
        var pictures: [Int64: CataloguedPicture] = [:]
        if query.newestFirst {
            pictures = try catalogue.pictures(found.map(\.id))
            func key(_ id: Int64) -> String { pictures[id]?.taken ?? "" }
            found.sort { (key($0.id), $0.rank) > (key($1.id), $1.rank) }
            if !scoresAll { try score(query.page(of: found.count)) }
        } else if scoresAll {
            found.sort(by: Candidate.isBetter)
        } else if scoring != nil {
            let blocks = query.blocks(of: found.count, least: limits.shortlist)
            try score((blocks.first?.lowerBound ?? 0)..<(blocks.last?.upperBound ?? 0))
            for block in blocks { found[block].sort(by: Candidate.isBetter) }
        }
        let page = found[query.page(of: found.count)]
        if !query.newestFirst { pictures = try catalogue.pictures(page.map(\.id)) }
        return SearchAnswer(
            hits: page.compactMap { hit in
                guard let picture = pictures[hit.id], let score = hit.score else { return nil }
                return .init(
                    picture: picture, score: score, cosine: scoring == nil ? nil : hit.cosine, relevance: hit.relevance)
            }, count: found.count, mayHaveMore: mayHaveMore, searchedCount: searched, notes: notes)
    }

    private func notes(_ query: PictureQuery, _ opened: Opened) throws -> [String] {
        let cuts = try cuts(query, opened)
        guard let damage = opened.first.store.damage.first else { return cuts }
        let missing = max(0, try catalogue.numbers().findable - opened.first.store.count)
        return cuts + ["\(missing) pictures cannot be found until `ascl index` has mended this: \(damage)"]
    }

    private func cuts(_ query: PictureQuery, _ opened: Opened) throws -> [String] {
        try query.subjects.flatMap { subject, _ -> [String] in
            guard case .sentence(let text) = subject else { return [] }
            if let trained = opened.trained { return try trained.model.notices(ofSentence: text) }
            let count = try opened.first.cutCount(text)
            return count > 0 ? ["the last \(count) tokens of the sentence are not read: the model reads no more"] : []
        }
    }
}
