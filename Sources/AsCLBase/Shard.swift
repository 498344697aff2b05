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
}

extension Shard {
    /// The part that a scheduler gave this process: a task of Slurm's job array, else a rank of a launcher.
    /// - Throws: `InputError` where there is none, or its numbers are none.
    package init(environment: [String: String]) throws(InputError) {
        func number(_ name: String, or standard: Int? = nil) throws(InputError) -> Int {
            if environment[name] == nil, let standard { return standard }
            guard let number = environment[name].flatMap({ Int($0) }) else {
                throw InputError(
                    path: "environment", place: name, expected: "a whole number", found: environment[name] ?? "nothing")
            }
            return number
        }
        let name = "SLURM_ARRAY_TASK_ID"
        guard environment[name] != nil else {
            guard let launch = try Launch(environment: environment) else {
                throw InputError(
                    path: "environment", place: "shard",
                    expected: "SLURM_ARRAY_TASK_ID, RANK or another launcher's variables",
                    found: "none: give the part as --shard 2/3")
            }
            self.init(launch)
            return
        }
        let (first, last) = (try number("SLURM_ARRAY_TASK_MIN"), try number("SLURM_ARRAY_TASK_MAX"))
        let step = max(try number("SLURM_ARRAY_TASK_STEP", or: 1), 1)
        let (index, count) = ((try number(name) - first) / step, (last - first) / step + 1)
        guard let shard = Shard(index: index + 1, count: count) else {
            throw InputError(
                path: "environment", place: name, expected: "a part of \(count)", found: "number \(index) from 0")
        }
        self = shard
    }

    /// The part of one of a launcher's processes.
    package init(_ launch: Launch) { (index, count) = (launch.rank + 1, launch.size) }
}
