public import ArgumentParser
public import Torch

extension Device: ExpressibleByArgument {
    package static let help: ArgumentHelp =
        "cpu, cuda or cuda:N. Default: the first CUDA card if there is one, else cpu."

    /// `cpu`, `cuda` or `cuda:N`.
    public init?(argument: String) {
        switch argument {
        case "cpu": self = .cpu
        case "cuda": self = .cuda(0)
        default:
            guard argument.hasPrefix("cuda:"), let index = Int(argument.dropFirst(5)), index >= 0 else { return nil }
            self = .cuda(index)
        }
    }

    /// The device asked for, which has to be there, or the best there is.
    package static func chosen(_ device: Device?) throws -> Device {
        guard let device else { return cudaCount > 0 ? .cuda(0) : .cpu }
        if case .cuda(let index) = device, index >= cudaCount {
            throw ValidationError("--device: expected one of \(cudaCount) CUDA cards, found \(device)")
        }
        return device
    }
}
