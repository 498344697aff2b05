import AsCLBase
import PictureCatalogue

extension PictureCollection {
    /// Answers are given above this probability.
    package static let leastRelevance = 0.2

    /// Pictures that answer a query, best first or newest first.
    /// - Throws: `InputError` for a subject that is none: a blank sentence, a file that is no picture, a number of no picture.
    package func search(_ query: PictureQuery) throws -> SearchAnswer { try search([query])[0] }

    /// Answers to sentences, each alone, as many of them by one pass over the vectors as are given.
    /// - Parameter form: The filter and the page of all of them; its subjects do not count.
    package func search(each sentences: [String], as form: PictureQuery) throws -> [SearchAnswer] {
        try search(
            sentences.map { sentence in
                var query = form
                query.subjects = [(.sentence(sentence), 1)]
                return query
            })
    }

    /// Times that a search is begun anew because another model took the place of its own.
    private static let changes = 3

    /// Answers to queries that differ in nothing but what they look for.
    private func search(_ queries: [PictureQuery], changes: Int = changes) throws -> [SearchAnswer] {
        do { return try search(queries, current()) } catch let error as ModelChanged {
            guard changes > 0 else { throw error.inputError }
            return try search(queries, changes: changes - 1)
        }
    }

    private func search(_ queries: [PictureQuery], _ opened: Opened) throws -> [SearchAnswer] {
        guard let form = queries.first else { return [] }
        let selection = try opened.first.vectors.selection(form.filter)
        let searched = selection.count
        let isScored = try opened.second != nil && form.sentences != nil
        let scoresAll =
            isScored && (form.isExhaustive || searched <= limits.scoredWhole || !opened.first.knowsSentences)
        let wanted = scoresAll ? max(searched, 1) : max(form.offset + form.count, limits.found)
        let found = try opened.first.candidates(queries, top: wanted, in: selection, isScore: !isScored)
        let missing = selection.missing + found.missing
        return try zip(queries, found.value).map {
            try answer(
                $0, $1, wanted: wanted, searched: searched, scoresAll: scoresAll, missing: missing, opened)
        }
    }

    /// What of the candidates answers, in its order, a page of it.
    private func answer(
        _ query: PictureQuery, _ candidates: [Candidate], wanted: Int, searched: Int, scoresAll: Bool,
        missing: [String], _ opened: Opened
    ) throws -> SearchAnswer {
        let scoring = try opened.second.flatMap { second in try query.sentences.map { (second, $0) } }
        var found = candidates
        let least = found.contains { $0.relevance != nil } ? opened.first.leastRelevance : nil
        if !query.showsAll, let least { found.removeAll { ($0.relevance ?? 1) < least } }
        // Where the last that was looked at still answers, others behind it may too.
        let mayHaveMore = found.count == wanted && wanted < searched
        var (notes, missing) = (try notes(query, opened), missing)
        func score(_ places: Range<Int>) throws {
            guard let (second, sentences) = scoring else { return }
            let damaged = try second.score(&found[places], sentences)
            missing += damaged.missing
            if damaged.value > 0 {
                notes.append(
                    "\(damaged.value) pictures cannot be scored, since their features are damaged: `ascl index` mends that"
                )
            }
        }
        if scoresAll {
            try score(found.indices)
            if searched > limits.scoredWhole { notes.append("each of \(found.count) pictures was scored") }
        }
        var pictures = Gathered<[Int64: CataloguedPicture]>([:])
        if query.newestFirst {
            pictures = try home.pictures(found.map(\.id))
            func key(_ id: Int64) -> String { pictures.value[id]?.taken ?? "" }
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
        if !query.newestFirst { pictures = try home.pictures(page.map(\.id)) }
        for line in missing + pictures.missing where !notes.contains(line) { notes.append(line) }
        return SearchAnswer(
            hits: page.compactMap { hit in
                guard let picture = pictures.value[hit.id], let score = hit.score else { return nil }
                return .init(
                    picture: picture, score: score, cosine: scoring == nil ? nil : hit.cosine, relevance: hit.relevance)
            }, count: found.count, mayHaveMore: mayHaveMore, searchedCount: searched,
            leastRelevance: least, notes: notes)
    }

    private func notes(_ query: PictureQuery, _ opened: Opened) throws -> [String] {
        var notes = try cuts(query, opened)
        if opened.first.calibration.isUnreadable {
            notes.append("the calibration cannot be read: `ascl index calibrate` makes it anew")
        }
        guard let damage = opened.first.vectors.damage.first else { return notes }
        let missing = max(0, try home.numbers().findable - opened.first.vectors.count)
        return notes + ["\(missing) pictures cannot be found until `ascl index` has mended this: \(damage)"]
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
