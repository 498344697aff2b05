import ArgumentParser
import AsCLBase
import Foundation

/// Which part of a work is to be done: `2/3`, or `auto` for what a scheduler says.
enum ShardChoice: ExpressibleByArgument {
    case given(Shard)
    case scheduled

    init?(argument: String) {
        if argument == "auto" {
            self = .scheduled
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
        case .scheduled: try Shard(environment: ProcessInfo.processInfo.environment)
        }
    }
}
