import ArgumentParser
import AsCLBase
import Foundation

/// Which part of a work is to be done: `2/3`, `auto` for what a scheduler says, or `auto/3` where it does not say how many there
/// are.
enum ShardChoice: ExpressibleByArgument {
    case given(Shard)
    case scheduled(count: Int?)

    init?(argument: String) {
        if argument == "auto" {
            self = .scheduled(count: nil)
        } else if argument.hasPrefix("auto/"), let count = Int(argument.dropFirst(5)), count > 0 {
            self = .scheduled(count: count)
        } else if let shard = Shard(argument) {
            self = .given(shard)
        } else {
            return nil
        }
    }

    /// The part.
    /// - Throws: `InputError` where a scheduler is to say and says none.
    func shard() throws -> Shard {
        switch self {
        case .given(let shard): shard
        case .scheduled(let count): try Shard(environment: ProcessInfo.processInfo.environment, count: count)
        }
    }
}
