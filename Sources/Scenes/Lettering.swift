/// Capital letters of 5 x 7 dots.
enum Lettering {
    /// Pixels of a dot.
    private static let dot = 2
    /// From one letter to the next, in pixels.
    static let advance = 6 * dot
    /// In pixels.
    static let height = 7 * dot

    /// The rows of each letter from the top, its leftmost dot being the highest of five bits.
    private static let rows: [Character: [UInt8]] = [
        "A": [14, 17, 17, 31, 17, 17, 17], "B": [30, 17, 17, 30, 17, 17, 30], "C": [14, 17, 16, 16, 16, 17, 14],
        "D": [30, 17, 17, 17, 17, 17, 30], "E": [31, 16, 16, 30, 16, 16, 31], "F": [31, 16, 16, 30, 16, 16, 16],
        "G": [14, 17, 16, 23, 17, 17, 15], "H": [17, 17, 17, 31, 17, 17, 17], "I": [14, 4, 4, 4, 4, 4, 14],
        "J": [7, 2, 2, 2, 2, 18, 12], "K": [17, 18, 20, 24, 20, 18, 17], "L": [16, 16, 16, 16, 16, 16, 31],
        "M": [17, 27, 21, 21, 17, 17, 17], "N": [17, 25, 21, 19, 17, 17, 17], "O": [14, 17, 17, 17, 17, 17, 14],
        "P": [30, 17, 17, 30, 16, 16, 16], "Q": [14, 17, 17, 17, 21, 18, 13], "R": [30, 17, 17, 30, 20, 18, 17],
        "S": [15, 16, 16, 14, 1, 1, 30], "T": [31, 4, 4, 4, 4, 4, 4], "U": [17, 17, 17, 17, 17, 17, 14],
        "V": [17, 17, 17, 17, 17, 10, 4], "W": [17, 17, 17, 21, 21, 27, 17], "X": [17, 17, 10, 4, 10, 17, 17],
        "Y": [17, 17, 10, 4, 4, 4, 4], "Z": [31, 1, 2, 4, 8, 16, 31],
    ]

    /// Whether a pixel of a word, from its first letter's left and top, is inked.
    static func isInked(_ word: [Character], row: Int, column: Int) -> Bool {
        let (place, within) = (column / advance, column % advance / dot)
        guard place < word.count, within < 5, let rows = rows[word[place]] else { return false }
        return rows[row / dot] >> (4 - within) & 1 == 1
    }
}

extension Canvas {
    /// Paints a board with dark edges and its word.
    mutating func draw(_ sign: Sign) {
        let (board, ink) = (RGB(red: 250, green: 246, blue: 214), RGB(red: 24, green: 24, blue: 28))
        let word = Array(sign.word)
        for row in 0..<sign.height {
            for column in 0..<sign.width {
                let isEdge = row < 2 || column < 2 || row >= sign.height - 2 || column >= sign.width - 2
                let (down, right) = (row - Sign.margin, column - Sign.margin)
                let isLetter =
                    (0..<Lettering.height).contains(down) && right >= 0
                    && Lettering.isInked(word, row: down, column: right)
                self[sign.y + row, sign.x + column] = isEdge || isLetter ? ink : board
            }
        }
    }
}
