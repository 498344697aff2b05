/// One of several processes' parts of a work that is divided.
package struct Shard: Sendable, Equatable, CustomStringConvertible {
    /// The part, counted from 1.
    package let index: Int
    /// How many parts there are.
    package let count: Int

    /// Makes part `index` of `count`; nil unless 1 <= index <= count.
    package init?(index: Int, count: Int) {
        guard index >= 1, index <= count else { return nil }
        self.index = index
        self.count = count
    }

    /// Reads `2/3`; nil where the text is no such thing.
    package init?(_ text: String) {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let index = numbers[0], let count = numbers[1] else { return nil }
        self.init(index: index, count: count)
    }

    /// `2/3`.
    package var description: String { "\(index)/\(count)" }

    /// The shard's own stretch of `total` items: stretches follow each other, so that to merge is to concatenate.
    package func range(of total: Int) -> Range<Int> { total * (index - 1) / count..<total * index / count }

    /// Whether what has this name is the shard's own: by the name's SHA-256, whatever else there is.
    package func holds(_ name: String) -> Bool { ContentDigest(of: name).part(of: count) == index - 1 }
}

extension Shard {
    /// What tells a pod of Kubernetes' indexed job its number, from 0.
    private static let pod = "JOB_COMPLETION_INDEX"

    /// The part that a scheduler gave this process: a task of Slurm's job array, else a rank of a launcher, else a pod of
    /// Kubernetes' indexed job.
    /// - Parameter count: How many parts there are, which a pod is not told; whoever is told has to be told the same.
    /// - Throws: `InputError` where there is none, or its numbers are none.
    package init(environment: [String: String], count wanted: Int? = nil) throws(InputError) {
        func number(_ name: String, or standard: Int? = nil) throws(InputError) -> Int {
            if environment[name] == nil, let standard { return standard }
            guard let number = environment[name].flatMap({ Int($0) }) else {
                throw InputError(
                    path: "environment", place: name, expected: "a whole number", found: environment[name] ?? "nothing")
            }
            return number
        }
        let (index, count): (Int, Int)
        let name: String
        if environment["SLURM_ARRAY_TASK_ID"] != nil {
            name = "SLURM_ARRAY_TASK_ID"
            let (first, last) = (try number("SLURM_ARRAY_TASK_MIN"), try number("SLURM_ARRAY_TASK_MAX"))
            let step = max(try number("SLURM_ARRAY_TASK_STEP", or: 1), 1)
            (index, count) = ((try number(name) - first) / step, (last - first) / step + 1)
        } else if let launch = try Launch(environment: environment) {
            name = launch.rankVariable
            (index, count) = (launch.rank, launch.size)
        } else if environment[Self.pod] != nil {
            name = Self.pod
            guard let wanted else {
                throw InputError(
                    path: "environment", place: name, expected: "how many pods there are, which it does not say",
                    found: "--shard auto: give their number too, as --shard auto/8")
            }
            (index, count) = (try number(name), wanted)
        } else {
            throw InputError(
                path: "environment", place: "shard",
                expected: "SLURM_ARRAY_TASK_ID, RANK or another launcher's variables",
                found: "none: give the part as --shard 2/3")
        }
        guard wanted == nil || wanted == count else {
            throw InputError(
                path: "environment", place: name, expected: "one of \(wanted ?? count) parts",
                found: "one of \(count): give the part as --shard 2/\(wanted ?? count)")
        }
        guard let shard = Shard(index: index + 1, count: count) else {
            throw InputError(
                path: "environment", place: name, expected: "a part of \(count)", found: "number \(index) from 0")
        }
        self = shard
    }
}
