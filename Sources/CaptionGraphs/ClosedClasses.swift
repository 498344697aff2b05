/// Words that are few enough to be listed, and what the rules single out.
enum ClosedClasses {
    static let plainDeterminers: Set<String> = [
        "a", "an", "the", "one", "this", "that", "his", "her", "its", "their", "another", "my", "our", "your", "it's",
    ]
    /// Numbers and their likes by what they become; more than three are "some".
    static let counts: [String: String] = [
        "two": "two", "2": "two", "both": "two", "pair": "two", "three": "three", "3": "three", "no": "no",
        "each": "each",
        "some": "some", "several": "some", "many": "some", "few": "some", "various": "some", "multiple": "some",
        "these": "some", "those": "some", "all": "some", "any": "some", "numerous": "some", "four": "some",
        "five": "some",
        "six": "some", "seven": "some", "eight": "some", "nine": "some", "ten": "some", "4": "some", "5": "some",
        "6": "some", "7": "some", "8": "some", "9": "some", "10": "some",
    ]
    static let pronouns: Set<String> = [
        "he", "she", "it", "they", "him", "them", "himself", "herself", "itself", "themselves", "someone", "something",
        "somebody", "everyone", "everything", "others",
    ]
    /// Nouns and pronouns that take verbs without an s though nothing in them says so.
    static let many: Set<String> = ["people", "they", "couple", "group", "crowd", "others", "police", "family", "team"]
    static let relatives: Set<String> = ["who", "which", "whom", "whose", "where", "what"]
    static let conjunctions: Set<String> = [
        "and", "or", "but", "while", "as", "when", "because", "if", "so", "then", "than",
    ]
    static let auxiliaries: Set<String> = [
        "is", "are", "was", "were", "be", "been", "being", "am", "has", "have", "had", "can", "could", "will", "would",
        "may",
        "might", "must", "should", "do", "does", "did", "there", "here", "not", "to",
    ]
    /// Auxiliaries that are verbs where a noun follows.
    static let halfAuxiliaries = ["has": "have", "have": "have", "had": "have", "do": "do", "does": "do", "did": "do"]
    static let adverbs: Set<String> = [
        "very", "together", "away", "outside", "outdoors", "indoors", "nearby", "out", "off", "up", "down", "back",
        "forward",
        "along", "just", "also", "almost", "too", "apart", "around", "high", "ahead", "upside",
    ]
    /// Prepositions of one word. Those of `droppable` may go together with what they bring.
    static let prepositions: Set<String> = droppable.union([
        "at", "about", "after", "against", "along", "amid", "among", "amongst", "before", "between", "beyond", "by",
        "during",
        "inside", "like", "off", "onto", "out", "outside", "past", "up", "down", "upon", "within", "without", "via",
    ])
    static let droppable: Set<String> = [
        "above", "across", "against", "around", "at", "behind", "beneath", "beside", "by", "in", "in front of", "into",
        "for",
        "from", "near", "next to", "on", "on top of", "over", "through", "towards", "toward", "under", "underneath",
        "with",
    ]
    static let longPrepositions: [[String]] = [["in", "front", "of"], ["on", "top", "of"], ["next", "to"]]
    /// Verbs that stay true without the place they happen in.
    static let motions: Set<String> = [
        "bicycle", "bike", "hike", "jump", "race", "ride", "run", "skateboard", "ski", "slide", "walk",
    ]
    /// Verbs that mean another thing without their object.
    static let light: Set<String> = [
        "wear", "play", "hold", "have", "take", "make", "do", "get", "give", "perform", "use", "climb", "carry", "hit",
        "throw",
        "catch", "put", "pull", "push", "show", "cross", "follow",
    ]
    /// Verbs of which the preposition alone goes.
    static let transparent: Set<String> = ["climb", "hold"]
    /// Sizes and ages: a large mouse is no large animal.
    static let relativeModifiers: Set<String> = [
        "big", "large", "small", "little", "tiny", "huge", "giant", "tall", "short", "long", "young", "old", "older",
        "younger",
        "elderly", "adult", "baby", "teenage", "teen", "toddler", "middle-aged", "aged", "mini", "miniature", "great",
        "thin",
        "fat",
    ]
    static let shades: Set<String> = ["dark", "light", "bright", "pale", "very"]
    /// General terms that stand in a graph whether or not captions use them.
    static let general: Set<String> = [
        "person", "animal", "clothing", "vehicle", "furniture", "food", "plant", "building",
    ]
    /// What is too general to say anything of a picture.
    static let abstract: Set<String> = [
        "entity", "object", "whole", "unit", "thing", "artifact", "artefact", "organism", "being", "matter",
        "substance",
        "abstraction", "instrumentality", "instrumentation", "relation", "attribute", "state", "event", "act", "group",
        "grouping", "location", "part", "piece", "structure", "construction", "covering", "device", "way", "area",
        "region",
        "line", "surface", "measure", "quantity", "amount", "property", "quality", "cause", "material", "stuff", "body",
        "set",
        "collection", "place", "space", "shape", "form", "activity", "action", "time", "container", "equipment",
        "implement",
    ]
    /// The heads of a chain that make "in X" a way to wear X.
    static let worn: Set<String> = ["clothing", "footwear", "helmet", "headdress", "garment"]
}
