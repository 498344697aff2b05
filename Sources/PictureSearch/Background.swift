/// Sentences about all and sundry: what a picture might show instead of what is asked for.
enum Background {
    private static let subjects = [
        "a dog", "a cat", "a horse", "a bird", "a cow", "an insect", "a fish", "a wild animal", "a man", "a woman",
        "a child",
        "a baby", "a group of people", "a crowd", "a couple", "a face", "a car", "a bicycle", "a motorcycle", "a bus",
        "a train", "an aeroplane", "a boat", "a truck", "a house", "a tall building", "a church", "a bridge",
        "a street",
        "a shop", "a sign with words", "a kitchen", "a bedroom", "a bathroom", "an office", "a table", "a chair",
        "a computer",
        "a telephone", "a book", "a document", "a drawing", "a painting", "a map", "a screenshot", "a diagram",
        "a meal",
        "fruit", "a cake", "a drink", "a flower", "a tree", "a garden", "a forest", "a mountain", "a beach", "the sea",
        "a river", "a lake", "a field", "snow", "the sky", "clouds", "a sunset", "the night", "rain", "a fire",
        "a ball game",
        "a swimmer", "a runner", "a climber", "skiing", "a concert", "a wedding", "a party", "a toy", "a machine",
        "a tool",
        "clothes", "shoes", "a hat", "jewellery", "a statue", "a wall", "a window", "a door", "a floor", "a pattern",
        "a colour", "a blurred picture", "a dark picture", "nothing in particular",
    ]

    /// A photo of each, and some things that happen.
    static let sentences =
        subjects.map { "a photo of \($0)" } + [
            "a dog runs through the grass", "a cat sleeps on a sofa", "children play in a park",
            "a man rides a bicycle",
            "a woman walks along a street", "people sit around a table", "two people talk",
            "a boy jumps into the water",
            "a girl on a swing", "a car drives along a road", "boats lie in a harbour", "a bird flies over the water",
            "a plate of food on a table", "a city at night", "a view from a mountain", "waves break on a beach",
            "a person looks at the camera", "a football match", "a room with furniture", "a close-up of a plant",
        ]
}
