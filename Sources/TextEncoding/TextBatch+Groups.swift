extension TextBatch {
    /// The places of texts by length: groups whose padding stays below a fifth and that hold at most so many words with it,
    /// or one text.
    package func groupsOfLikeLength(mostWords: Int) -> [[Int]] {
        var groups: [[Int]] = []
        for text in lengths.indices.sorted(by: { (lengths[$0], $0) < (lengths[$1], $1) }) {
            if let group = groups.last, let first = group.first, lengths[text] * 4 <= lengths[first] * 5,
                (group.count + 1) * lengths[text] <= mostWords
            {
                groups[groups.count - 1].append(text)
            } else {
                groups.append([text])
            }
        }
        return groups
    }
}
