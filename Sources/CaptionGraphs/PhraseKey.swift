/// 128 bits of a phrase's words: so many that no two phrases share them.
struct PhraseKey: Hashable {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    init(_ words: [Int32]) {
        for word in words {
            first = Self.mixed(first ^ UInt64(UInt32(bitPattern: word)))
            second = Self.mixed(second &+ UInt64(UInt32(bitPattern: word)) &* 0xD6E8_FEB8_6659_FD93)
        }
    }

    /// The end of splitmix64 (Steele, Lea and Flood 2014).
    private static func mixed(_ value: UInt64) -> UInt64 {
        var bits = value &+ 0x9E37_79B9_7F4A_7C15
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
