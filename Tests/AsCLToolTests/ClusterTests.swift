import Foundation
import RetrievalFixtures
import Testing

/// What docs/clusters.md says, run as it stands there: parts by schedulers, merged, beside what one process makes.
@Suite(.serialized) struct ClusterTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    /// A folder with what the document's commands name, and only that.
    private let folder: String

    init() throws {
        folder = try Workshop.newFolder("cluster")
        try TinyPretrained.write(.clip, to: folder + "/clip")
        for (name, place) in try [
            ("run", Workshop.checkpoint.get()), ("flickr8k", Workshop.scenes.get()),
            ("photos", Workshop.drawnScenes.get() + "/images"),
        ] {
            try FileManager.default.createSymbolicLink(atPath: folder + "/" + name, withDestinationPath: place)
        }
    }

    private static func has(_ programs: String...) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return programs.allSatisfy { program in
            folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
        }
    }

    /// The indented lines below one of the document's headings.
    private func commands(_ heading: String) throws -> [String] {
        let document = try text(Self.root + "/docs/clusters.md")
        let start = try #require(document.range(of: "# \(heading)\n"))
        let rest = document[start.upperBound...]
        let section = rest[..<(rest.range(of: "\n#")?.lowerBound ?? rest.endIndex)]
        let lines = section.split(separator: "\n").filter { $0.hasPrefix("    ") }.map { String($0.dropFirst(4)) }
        return try #require(lines.isEmpty ? nil : lines)
    }

    private func run(_ program: String, _ arguments: [String], _ environment: [String: String] = [:]) throws
        -> Tool.Result
    {
        let path = "\(Tool.path.folder):\(ProcessInfo.processInfo.environment["PATH"] ?? "")"
        return try Tool(
            arguments, shell: "cd '\(folder)'", program: program,
            environment: environment.merging(["PATH": path]) { $1 }
        ).finish()
    }

    private func ascl(_ arguments: String...) throws -> Tool.Result { try run(Tool.path, arguments) }

    private func expectRecalls(_ found: String) throws {
        let whole = try ascl("evaluate", "--checkpoint", "run", "--data", "flickr8k", "--split", "test")
        #expect(whole.status == 0 && found == whole.output, "\(whole)")
    }

    /// That features and index are what one process makes.
    private func expectFeaturesAndIndex() throws {
        let features = try ascl("features", "--images", "photos", "--encoder", "clip", "--output", "features-of-one")
        #expect(features.status == 0, "\(features)")
        let files = try names(in: folder + "/features-of-one").filter { $0.hasPrefix("all_") }
        #expect(files.count >= 3)
        for file in files {
            #expect(try bytes("\(folder)/features/\(file)") == bytes("\(folder)/features-of-one/\(file)"), "\(file)")
        }
        #expect(try ascl("index", "photos", "--encoder", "clip", "--index", "index-of-one").status == 0)
        let found = try ["whole", "index-of-one"].map { index in
            try ascl("search", "a red circle", "--all", "--top", "28", "--index", index)
        }
        #expect(found[0].output == found[1].output && found[0].outputLines.count == 28, "\(found)")
    }

    @Test(
        .enabled("needs root, slurm-wlm and munge") { geteuid() == 0 && has("sbatch", "slurmctld", "slurmd", "munged") }
    )
    func `a Slurm array's parts merge to what one process makes`() throws {
        try write(
            """
            set -eu
            \(commands("Slurm").joined(separator: "\n"))
            timeout 300 sh -c 'while [ -n "$(squeue --noheader)" ]; do sleep 0.2; done'
            """, to: folder + "/recipe.sh")
        let recipe = try run(Self.root + "/scripts/one-node-slurm", ["bash", "recipe.sh"])
        guard recipe.status != 77 else {
            print("skipped: \(recipe.errors)")
            return
        }
        let outputs = try names(in: folder).filter { $0.hasPrefix("slurm-") }.map { try text("\(folder)/\($0)") }
        try #require(recipe.status == 0, "\(recipe) \(outputs)")
        #expect(try names(in: folder + "/scores").filter { $0.hasSuffix("-of-4.npy") }.count == 4)
        try expectRecalls(text(folder + "/recalls.txt"))
        try expectFeaturesAndIndex()
    }

    @Test(.enabled("needs GNU parallel: apt-get install parallel") { has("parallel", "perl") })
    func `parts by GNU parallel merge to what one process makes`() throws {
        // In the place of ssh: it is on both nodes already.
        try write(
            """
            #!/bin/sh
            while [ "${1#node}" = "$1" ]; do shift; done
            echo "$1" >>"$(dirname "$0")/nodes.txt"
            shift
            [ "$1" != -- ] || shift
            cd / && exec sh -c "$*"
            """, to: folder + "/ssh")
        #expect(chmod(folder + "/ssh", 0o755) == 0)
        try write("set -eu\n" + commands("GNU parallel").joined(separator: "\n"), to: folder + "/recipe.sh")
        // A person's environment names a shell; without one, parallel starts nothing on other nodes and says nothing.
        let recipe = try run(
            "/bin/bash", ["recipe.sh"],
            ["PARALLEL_SSH": folder + "/ssh", "PARALLEL_HOME": folder + "/parallel", "SHELL": "/bin/bash"])
        try #require(recipe.status == 0, "\(recipe)")
        #expect(try Set(lines(folder + "/nodes.txt")) == ["node1", "node2"])
        try expectRecalls(text(folder + "/recalls.txt"))
        try expectFeaturesAndIndex()
    }

    @Test func `the pods of an indexed job make parts that merge`() throws {
        let line = try #require(try commands("Kubernetes").first { $0.contains("command: [") })
        let start = try #require(line.firstIndex(of: "["))
        let words = line[start...].dropFirst().dropLast().split(separator: ", ").map(String.init)
        #expect(words.first == "ascl")
        for pod in 0..<4 {
            let part = try run(Tool.path, Array(words.dropFirst()), ["JOB_COMPLETION_INDEX": "\(pod)"])
            #expect(part.status == 0, "\(part)")
        }
        try expectRecalls(ascl("evaluate", "merge", "scores").output)
    }
}
