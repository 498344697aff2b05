import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@Suite struct LaunchTests {
    @Test(arguments: [
        (["RANK": "1", "WORLD_SIZE": "3", "LOCAL_RANK": "0"], "RANK", [1, 3, 0]),
        (["PMI_RANK": "3", "PMI_SIZE": "4", "MPI_LOCALRANKID": "1"], "PMI_RANK", [3, 4, 1]),
        (["SLURM_PROCID": "2", "SLURM_NTASKS": "4", "SLURM_LOCALID": "2"], "SLURM_PROCID", [2, 4, 2]),
        (
            ["OMPI_COMM_WORLD_RANK": "1", "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_RANK": "1"],
            "OMPI_COMM_WORLD_RANK", [1, 2, 1]
        ),
        // torchrun under Slurm, one of it a host.
        (
            ["RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1", "SLURM_PROCID": "1", "SLURM_NTASKS": "2"], "RANK",
            [5, 8, 1]
        ),
        // srun with PMI.
        (
            ["PMI_RANK": "1", "PMI_SIZE": "2", "SLURM_PROCID": "1", "SLURM_NTASKS": "2"], "PMI_RANK", [1, 2, 0]
        ),
    ])
    func `launchers' variables are read in open_clip's order`(
        _ environment: [String: String], _ variable: String, _ numbers: [Int]
    ) throws {
        let launch = try #require(try Launch(environment: environment))
        #expect(launch.rankVariable == variable)
        #expect([launch.rank, launch.size, launch.localRank] == numbers)
        #expect(launch.restarts == 0)
    }

    @Test func `a process that nobody launched is alone`() throws {
        #expect(try Launch(environment: [:]) == nil)
        // A shell in a Slurm job.
        #expect(try Launch(environment: ["SLURM_NTASKS": "4"]) == nil)
    }

    @Test(arguments: ["TORCHELASTIC_RESTART_COUNT", "SLURM_RESTART_COUNT"])
    func `launchers count their starts`(_ variable: String) throws {
        let launch = try Launch(environment: ["RANK": "0", "WORLD_SIZE": "1", variable: "2"])
        #expect(launch?.restarts == 2)
    }

    @Test(arguments: [
        (["WORLD_SIZE": "4"], "RANK: expected a number below WORLD_SIZE, 4, found nothing"),
        (["RANK": "0"], "WORLD_SIZE: expected a whole number, found nothing"),
        (["RANK": "-1", "WORLD_SIZE": "2"], "RANK: expected a whole number, found -1"),
        (["PMI_RANK": "2", "PMI_SIZE": "2"], "PMI_RANK: expected a number below PMI_SIZE, 2, found 2"),
        (
            ["RANK": "1", "WORLD_SIZE": "4", "LOCAL_RANK": "2", "LOCAL_WORLD_SIZE": "2"],
            "LOCAL_RANK: expected a number below the processes of its host, 2, found 2"
        ),
        // mpirun in a batch script.
        (
            [
                "SLURM_PROCID": "0", "SLURM_NTASKS": "4", "OMPI_COMM_WORLD_RANK": "3", "OMPI_COMM_WORLD_SIZE": "4",
            ],
            "SLURM_PROCID: expected what OMPI_COMM_WORLD_RANK says, 3 of 4, or RANK and WORLD_SIZE, found 0 of 4"
        ),
    ])
    func `what a launcher cannot mean is refused`(_ environment: [String: String], _ problem: String) throws {
        let error = try #require(throws: InputError.self) { try Launch(environment: environment) }
        #expect(error.description == "environment: \(problem)")
    }

    @Test func `the meeting place is a host and a port`() throws {
        var environment = ["MASTER_ADDR": "node1", "MASTER_PORT": "29500"]
        let place = try Launch.meetingPlace(environment: environment)
        #expect("\(place)" == "node1:29500" && !place.isServed)
        environment["TORCHELASTIC_USE_AGENT_STORE"] = "True"
        #expect(try Launch.meetingPlace(environment: environment).isServed)
        for port in ["0", "65536", "http", nil] {
            environment["MASTER_PORT"] = port
            let error = try #require(throws: InputError.self) { try Launch.meetingPlace(environment: environment) }
            #expect(
                error.description
                    == "environment: MASTER_PORT: expected a port of node1, from 1 to 65535, found \(port ?? "nothing")"
            )
        }
    }

    @Test func `a host's own address is the one that leads there`() throws {
        func place(_ host: String) -> Launch.MeetingPlace { .init(host: host, port: 29500, isServed: false) }
        #expect(place("127.0.0.1").ownAddress == "127.0.0.1")
        #expect(place("no such host").ownAddress == nil)
    }

    @Test func `a failure is left where torchrun reads it`() throws {
        let folder = try ScratchFolder()
        Launch.report("no \"data\"", environment: ["TORCHELASTIC_ERROR_FILE": folder.path + "/error.json"])
        let json = try JSONSerialization.jsonObject(with: folder.data("error.json")) as? [String: [String: Any]]
        #expect(json?["message"]?["message"] as? String == "no \"data\"")
        Launch.report("nobody asks", environment: [:])
        Launch.report("no such folder", environment: ["TORCHELASTIC_ERROR_FILE": folder.path + "/no/error.json"])
    }
}
