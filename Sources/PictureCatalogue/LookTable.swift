import ImageEncoding

/// Finds looks that differ in few bits without comparing all with all: of looks that differ in 7 bits at most, one of their
/// four parts differs in 1 bit at most.
struct LookTable {
    /// Bits of a part.
    private static let width = 16
    private static let parts = 4
    /// What a part may be changed by.
    private static let changes = [0] + (0..<width).map { 1 << $0 }

    private let looks: [PictureLook?]
    /// The places of looks by a part and its bits.
    private var places: [[Int32]]

    init(_ looks: [PictureLook?]) {
        self.looks = looks
        places = Array(repeating: [], count: Self.parts << Self.width)
        for (place, look) in looks.enumerated() {
            guard let look else { continue }
            for part in 0..<Self.parts { places[Self.key(part, look)].append(Int32(place)) }
        }
    }

    private static func key(_ part: Int, _ look: PictureLook) -> Int {
        part << width | Int(truncatingIfNeeded: look.bits >> UInt64(part * width)) & (1 << width - 1)
    }

    /// The places behind one whose looks differ from its own in so many bits, 7 at most.
    func near(_ place: Int, within distance: Int) -> [Int] {
        guard let look = looks[place] else { return [] }
        var found = Set<Int>()
        for part in 0..<Self.parts {
            let key = Self.key(part, look)
            for change in Self.changes {
                for other in places[key ^ change] where Int(other) > place {
                    if let otherLook = looks[Int(other)], look.distance(to: otherLook) <= distance {
                        found.insert(Int(other))
                    }
                }
            }
        }
        return found.sorted()
    }
}
