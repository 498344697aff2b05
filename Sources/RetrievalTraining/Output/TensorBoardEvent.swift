import Foundation

/// TensorBoard's `Event` message as far as the log of a training needs it, in protocol buffers' wire format.
struct TensorBoardEvent {
    /// What an event brings; the numbers in `encoded` are the fields of TensorBoard's event.proto and summary.proto.
    enum Content {
        /// The first event of every file.
        case fileVersion
        /// A run goes on: TensorBoard forgets what it read of this step and later ones.
        case sessionStart
        /// Named figures.
        case scalars([(name: String, value: Double)])
        /// A text in Markdown.
        case text(name: String, String)
        /// JPEG files by name.
        case images([(name: String, jpeg: Data)])
    }

    /// Seconds since 1970.
    let time: Double
    let step: Int
    let content: Content

    /// The message's bytes.
    var encoded: [UInt8] {
        var message = ProtocolBuffer()
        message.double(1, time)
        message.integer(2, step)
        switch content {
        case .fileVersion:
            message.bytes(3, Array("brain.Event:2".utf8))
        case .sessionStart:
            var session = ProtocolBuffer()
            session.integer(1, 1)
            message.bytes(7, session.encoded)
        case .scalars(let scalars):
            message.summary(scalars.map(Self.scalar))
        case .text(let name, let text): message.summary([Self.text(name, text)])
        case .images(let images): message.summary(images.map(Self.image))
        }
        return message.encoded
    }

    private static func scalar(_ name: String, _ value: Double) -> ProtocolBuffer {
        var scalar = ProtocolBuffer()
        scalar.bytes(1, Array(name.utf8))
        scalar.float(2, Float(value))
        return scalar
    }

    /// A tensor of one string, which the metadata gives to TensorBoard's text plugin.
    private static func text(_ name: String, _ text: String) -> ProtocolBuffer {
        var value = ProtocolBuffer()
        value.bytes(1, Array(name.utf8))
        var (tensor, shape, dimension) = (ProtocolBuffer(), ProtocolBuffer(), ProtocolBuffer())
        dimension.integer(1, 1)
        shape.bytes(2, dimension.encoded)
        tensor.integer(1, 7)  // DT_STRING
        tensor.bytes(2, shape.encoded)
        tensor.bytes(8, Array(text.utf8))
        value.bytes(8, tensor.encoded)
        var (metadata, plugin) = (ProtocolBuffer(), ProtocolBuffer())
        plugin.bytes(1, Array("text".utf8))
        metadata.bytes(1, plugin.encoded)
        value.bytes(9, metadata.encoded)
        return value
    }

    private static func image(_ name: String, _ jpeg: Data) -> ProtocolBuffer {
        var (value, image) = (ProtocolBuffer(), ProtocolBuffer())
        value.bytes(1, Array(name.utf8))
        if let size = JPEGSize(jpeg) {
            image.integer(1, size.height)
            image.integer(2, size.width)
        }
        image.integer(3, 3)  // RGB
        image.bytes(4, Array(jpeg))
        value.bytes(4, image.encoded)
        return value
    }

    /// The message in TFRecord's frame: its length and a check of it, the message and a check of it.
    var record: [UInt8] {
        let message = encoded
        let length = littleEndianBytes(UInt64(message.count))
        return length + littleEndianBytes(CRC32C.masked(length)) + message + littleEndianBytes(CRC32C.masked(message))
    }
}

/// Protocol buffers' wire format: fields of a number and a value, one behind the other.
private struct ProtocolBuffer {
    private(set) var encoded: [UInt8] = []

    mutating func integer(_ field: UInt64, _ value: Int) {
        variable(field << 3)
        variable(UInt64(bitPattern: Int64(value)))
    }

    /// Event's summary, of values that are encoded already.
    mutating func summary(_ values: [ProtocolBuffer]) {
        var summary = ProtocolBuffer()
        for value in values { summary.bytes(1, value.encoded) }
        bytes(5, summary.encoded)
    }

    mutating func double(_ field: UInt64, _ value: Double) {
        variable(field << 3 | 1)
        encoded += littleEndianBytes(value.bitPattern)
    }

    mutating func bytes(_ field: UInt64, _ value: [UInt8]) {
        variable(field << 3 | 2)
        variable(UInt64(value.count))
        encoded += value
    }

    mutating func float(_ field: UInt64, _ value: Float) {
        variable(field << 3 | 5)
        encoded += littleEndianBytes(value.bitPattern)
    }

    /// Seven bits a byte, lowest first; the top bit says that more follow.
    private mutating func variable(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            encoded.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        encoded.append(UInt8(rest))
    }
}

private func littleEndianBytes<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
}
