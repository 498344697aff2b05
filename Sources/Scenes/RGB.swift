/// A colour of 8 bits a channel.
struct RGB: Sendable, Equatable {
    var red, green, blue: UInt8

    /// The colour with its brightness multiplied, each channel capped at 255.
    func shaded(_ factor: Double) -> RGB {
        func channel(_ value: UInt8) -> UInt8 { UInt8(min(255, (Double(value) * factor).rounded())) }
        return RGB(red: channel(red), green: channel(green), blue: channel(blue))
    }

    /// `part` (0 to 1) of the way from this colour to `other`.
    func mixed(with other: RGB, part: Float) -> RGB {
        func channel(_ from: UInt8, _ to: UInt8) -> UInt8 {
            UInt8((Float(from) + (Float(to) - Float(from)) * part).rounded())
        }
        return RGB(
            red: channel(red, other.red), green: channel(green, other.green), blue: channel(blue, other.blue))
    }
}
