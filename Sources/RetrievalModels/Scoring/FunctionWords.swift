/// Words that say nothing of a picture by themselves.
enum FunctionWords {
    /// English articles, prepositions, pronouns, conjunctions and auxiliaries that captions have.
    static let english: Set<String> = [
        "a", "about", "above", "across", "after", "all", "along", "among", "an", "and", "another", "are", "around",
        "as",
        "at", "be", "been", "before", "behind", "being", "below", "beneath", "beside", "between", "both", "but", "by",
        "down", "each", "for", "from", "has", "have", "he", "her", "him", "his", "i", "in", "inside", "into", "is",
        "it",
        "its", "me", "my", "near", "next", "of", "off", "on", "onto", "or", "other", "out", "outside", "over", "she",
        "some", "something", "than", "that", "the", "their", "them", "there", "these", "they", "this", "those",
        "through",
        "to", "toward", "towards", "under", "up", "us", "very", "was", "we", "were", "what", "where", "which", "while",
        "who", "whose", "with", "without", "you", "your",
    ]
}
