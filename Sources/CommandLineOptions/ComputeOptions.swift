package import ArgumentParser
package import Torch

/// Where and how much to compute.
package struct ComputeOptions: ParsableArguments {
    @Option(help: Device.help)
    package var device: Device?

    @Option(help: "Threads to compute with. Default: all cores.")
    package var threads: Int?

    package init() {}

    package mutating func validate() throws {
        try ValidationError.expect(atLeast: 1, ["threads": threads])
    }

    /// Sets the threads and names the device.
    package func prepare() throws -> Device {
        if let threads { try Torch.setThreadCount(threads) }
        return try .chosen(device)
    }
}
