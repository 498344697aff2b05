/// TensorBoard's `Event` message as far as a scalar log needs it, in protocol buffers' wire format.
struct TensorBoardEvent {
    /// What an event brings; the numbers in `encoded` are the fields of TensorBoard's event.proto and summary.proto.
    enum Content {
        /// The first event of every file.
        case fileVersion
        /// A run goes on: TensorBoard forgets what it read of this step and later ones.
        case sessionStart
        /// Named figures.
        case scalars([(name: String, value: Double)])
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
            var summary = ProtocolBuffer()
            for (name, value) in scalars {
                var scalar = ProtocolBuffer()
                scalar.bytes(1, Array(name.utf8))
                scalar.float(2, Float(value))
                summary.bytes(1, scalar.encoded)
            }
            message.bytes(5, summary.encoded)
        }
        return message.encoded
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
