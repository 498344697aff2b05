import CTorch

/// Where a tensor's memory is.
public enum Device: Sendable, Equatable, CustomStringConvertible {
    /// The processor's memory.
    case cpu
    /// A CUDA card by number.
    case cuda(Int)

    /// The CUDA cards that this libtorch can use; 0 with a CPU build.
    public static var cudaCount: Int { Int(ct_cuda_device_count()) }

    /// `cpu`, `cuda:0`.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda(let index): "cuda:\(index)"
        }
    }

    /// libtorch's number for the kind of device (c10::DeviceType).
    var type: Int32 {
        switch self {
        case .cpu: 0
        case .cuda: 1
        }
    }

    var code: Int32 {
        switch self {
        case .cpu: 0xff
        case .cuda(let index): 1 << 8 | Int32(index & 0xff)
        }
    }

    init?(code: Int32) {
        switch code >> 8 {
        case 0: self = .cpu
        case 1: self = .cuda(Int(code & 0xff))
        default: return nil
        }
    }
}
