/// A picture on its way to being an answer.
struct Candidate {
    let id: Int64
    /// By the first stage.
    let cosine: Float?
    /// The model's belief that it answers, where it has one.
    let relevance: Double?
    /// What it is put in order by; nil where it is not known.
    var score: Float?

    /// The score, or what is next to it.
    var rank: Float { score ?? cosine ?? 0 }

    /// The higher score comes first, then what came into the index first; last what has none.
    static func isBetter(_ one: Candidate, _ other: Candidate) -> Bool {
        (one.score ?? -.infinity, other.id) > (other.score ?? -.infinity, one.id)
    }
}

extension PictureQuery {
    /// Which of so many answers are asked for.
    func page(of count: Int) -> Range<Int> {
        let start = min(offset, count)
        return start..<min(start + self.count, count)
    }

    /// Which of so many pictures, in the order of the first stage, are to be scored for the page: whole blocks, each of which
    /// is put in order by itself, so that pages of one length never shift.
    /// - Parameter least: Pictures of a block, at least.
    func blocks(of count: Int, least: Int) -> [Range<Int>] {
        let page = page(of: count)
        guard !page.isEmpty else { return [] }
        let size = max(least, self.count)
        return stride(from: page.lowerBound / size * size, to: page.upperBound, by: size).map {
            $0..<min($0 + size, count)
        }
    }
}
