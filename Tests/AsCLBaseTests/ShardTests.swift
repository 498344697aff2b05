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
