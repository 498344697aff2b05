import Foundation

/// What a picture's file says of it besides its pixels.
package struct PictureFacts: Sendable, Equatable {
    /// The size at which it is stored, upright, whatever it was shrunk to while it was decoded.
    package var size: PictureSize
    /// When it was taken, by the camera's clock: `2019-07-01T12:34:56`. EXIF's time has no zone, and none is made up.
    package var taken: String?
    /// The camera's maker and model.
    package var camera: String?
    /// Degrees north and east.
    package var place: GeographicPlace?
    /// How it looks, where somebody has looked.
    package var look: PictureLook?

    /// Nothing known but the size.
    package init(size: PictureSize) { self.size = size }
}

/// A place on the earth in degrees.
package struct GeographicPlace: Sendable, Equatable {
    /// North of the equator, -90 to 90.
    package let latitude: Double
    /// East of Greenwich, -180 to 180.
    package let longitude: Double

    /// Makes a place; nil beyond the earth.
    package init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        self.latitude = latitude
        self.longitude = longitude
    }
}

extension PictureFacts {
    /// The facts of a header, whose EXIF fields `field` gives by libvips' names for them.
    /// - Parameter now: What no picture was taken after.
    init(size: PictureSize, now: Date = Date(), field: (String) -> String?) {
        self.size = size
        // No clock on earth is ahead of Greenwich by more.
        let latest = now.addingTimeInterval(14 * 3600).formatted(.iso8601)
        taken =
            ["exif-ifd2-DateTimeOriginal", "exif-ifd2-DateTimeDigitized", "exif-ifd0-DateTime"]
            .compactMap { field($0).flatMap(Self.time) }.first { $0 < latest }
        let names = ["exif-ifd0-Make", "exif-ifd0-Model"].compactMap { field($0).map(Self.plain) }.filter {
            !$0.isEmpty
        }
        // Many models begin with their maker's name.
        let camera = names.count == 2 && names[1].hasPrefix(names[0]) ? names[1] : names.joined(separator: " ")
        self.camera = camera.isEmpty ? nil : camera
        func degrees(_ name: String, negative: Character) -> Double? {
            guard let value = field("exif-ifd3-GPS\(name)").flatMap(Self.degrees) else { return nil }
            return field("exif-ifd3-GPS\(name)Ref")?.first == negative ? -value : value
        }
        if let latitude = degrees("Latitude", negative: "S"), let longitude = degrees("Longitude", negative: "W") {
            place = GeographicPlace(latitude: latitude, longitude: longitude)
        }
    }

    /// What stands before libvips' account of the field's type, without blanks around it.
    private static func plain(_ field: String) -> String {
        let text = field.range(of: " (").map { field[..<$0.lowerBound] } ?? field[...]
        return text.filter { !$0.isNewline && $0 != "\0" }.trimmingCharacters(in: .whitespaces)
    }

    /// EXIF's `2019:07:01 12:34:56`, of which a zone or fractions behind it are left out; nil for what is no time, as
    /// cameras without a set clock write it. A leap second counts as the one before it, which every reader of times knows.
    private static func time(_ field: String) -> String? {
        let numbers = plain(field).split { !$0.isNumber }.map { Int($0) ?? -1 }
        guard numbers.count >= 6, (1800...9999).contains(numbers[0]), (1...12).contains(numbers[1]),
            (1...Self.days(numbers[0], numbers[1])).contains(numbers[2]), (0...23).contains(numbers[3]),
            (0...59).contains(numbers[4]),
            (0...60).contains(numbers[5])
        else { return nil }
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let texts = (numbers[..<5] + [min(numbers[5], 59)]).map(padded)
        return "\(texts[0])-\(texts[1])-\(texts[2])T\(texts[3]):\(texts[4]):\(texts[5])"
    }

    private static func days(_ year: Int, _ month: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// EXIF's `51/1 30/1 1234/100`: degrees, minutes, seconds.
    private static func degrees(_ field: String) -> Double? {
        let parts = plain(field).split(separator: " ").map { part -> Double? in
            let numbers = part.split(separator: "/").map { Double($0) }
            guard let first = numbers.first, let upper = first else { return nil }
            guard numbers.count == 2 else { return numbers.count == 1 ? upper : nil }
            guard let lower = numbers[1], lower > 0 else { return nil }
            return upper / lower
        }
        guard parts.count == 3, let degrees = parts[0], let minutes = parts[1], let seconds = parts[2] else {
            return nil
        }
        return degrees + minutes / 60 + seconds / 3600
    }
}
