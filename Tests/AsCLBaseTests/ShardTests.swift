import AsCLBase
import Testing

@Suite struct ShardTests {
    @Test func `shards follow each other and cover everything`() throws {
        for count in 1...7 {
            let shards = try (1...count).map { try #require(Shard(index: $0, count: count)) }
            #expect(shards.flatMap { Array($0.range(of: 5)) } == Array(0..<5))
        }
        #expect(Shard("2/3") == Shard(index: 2, count: 3))
        for text in ["0/3", "4/3", "1", "a/b", "1/2/3", "1/", ""] { #expect(Shard(text) == nil) }
    }

    @Test func `a name is in one shard, and stays there whatever else there is`() throws {
        let names = (0..<600).map { "folder/picture \($0).jpg" }
        let shards = try (1...3).map { try #require(Shard(index: $0, count: 3)) }
        let parts = shards.map { shard in names.filter(shard.holds) }
        #expect(Set(parts.joined()).count == 600 && parts.allSatisfy { (150..<250).contains($0.count) })
        #expect(parts.reduce(0) { $0 + $1.count } == 600)
        // The first eight bytes of their SHA-256 modulo 3, as other programs count them.
        #expect([1, 3, 7, 1000].map { ContentDigest(of: "a").part(of: $0) } == [0, 1, 4, 250])
        #expect(["a.jpg", "b/c.png", "ä"].map { name in shards.firstIndex { $0.holds(name) } } == [1, 1, 1])
    }

    @Test(arguments: [
        (["RANK": "1", "WORLD_SIZE": "3"], "2/3"),
        (["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2"], "1/2"),
        (["PMI_RANK": "3", "PMI_SIZE": "4"], "4/4"),
        (["SLURM_PROCID": "0", "SLURM_NTASKS": "1"], "1/1"),
        // An array's tasks need not be counted from 0, nor by ones.
        (["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "8"], "3/8"),
        (
            [
                "SLURM_ARRAY_TASK_ID": "20", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "30",
                "SLURM_ARRAY_TASK_STEP": "10",
            ], "3/4"
        ),
        // A task of an array is one process to itself, and `srun` says so.
        (
            [
                "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_MAX": "1",
                "SLURM_PROCID": "0", "SLURM_NTASKS": "1",
            ], "2/2"
        ),
    ])
    func `schedulers say which part is one's own`(_ environment: [String: String], _ shard: String) throws {
        #expect(try Shard(environment: environment).description == shard)
    }

    @Test func `where a scheduler knows no number of parts, it is given`() throws {
        #expect(try Shard(environment: ["JOB_COMPLETION_INDEX": "2"], count: 8).description == "3/8")
        #expect(try Shard(environment: ["RANK": "1", "WORLD_SIZE": "3"], count: 3).description == "2/3")
        for (environment, count, problem) in [
            (
                ["JOB_COMPLETION_INDEX": "2"], nil,
                "JOB_COMPLETION_INDEX: expected how many pods there are, which it does not say, found --shard auto: give "
                    + "their number too, as --shard auto/8"
            ),
            (["JOB_COMPLETION_INDEX": "2"], 2, "JOB_COMPLETION_INDEX: expected a part of 2, found number 2 from 0"),
            // Two tasks of eight that are run again are an array of their own.
            (
                ["SLURM_ARRAY_TASK_ID": "3", "SLURM_ARRAY_TASK_MIN": "3", "SLURM_ARRAY_TASK_MAX": "7"], 8,
                "SLURM_ARRAY_TASK_ID: expected one of 8 parts, found one of 5: give the part as --shard 2/8"
            ),
        ] as [([String: String], Int?, String)] {
            let error = try #require(throws: InputError.self) { try Shard(environment: environment, count: count) }
            #expect(error.description == "environment: \(problem)")
        }
    }

    @Test(arguments: [
        (
            [:],
            "shard: expected SLURM_ARRAY_TASK_ID, RANK or another launcher's variables, found none: give the part as --shard 2/3"
        ),
        (["RANK": "1"], "WORLD_SIZE: expected a whole number, found nothing"),
        (["RANK": "one", "WORLD_SIZE": "2"], "RANK: expected a whole number, found one"),
        (["RANK": "2", "WORLD_SIZE": "2"], "RANK: expected a number below WORLD_SIZE, 2, found 2"),
        (
            ["SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "8"],
            "SLURM_ARRAY_TASK_ID: expected a part of 8, found number 8 from 0"
        ),
    ])
    func `what a scheduler cannot mean is refused`(_ environment: [String: String], _ problem: String) throws {
        let error = try #require(throws: InputError.self) { try Shard(environment: environment) }
        #expect(error.description == "environment: \(problem)")
    }
}
