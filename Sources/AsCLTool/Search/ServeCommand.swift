import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import Logging
import PictureSearch
import SearchServer
import Synchronization

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Search indexed pictures in the browser, and over HTTP.",
        discussion: """
            Shows a page for searching at the address that it prints, and answers programs under /api, as \
            /api/openapi.json says. What is indexed meanwhile is found. Ctrl-C or SIGTERM ends it.

            Only programs of this machine reach it, unless --host names another of its addresses. Then everyone has to \
            bring a token: in a browser as the password of any user, else as `Authorization: Bearer TOKEN`. The way \
            there is not encrypted: beyond a network that you trust, put it behind a proxy that speaks HTTPS.

            What is not said on the command line may stand in the environment, as ASCL_SERVE_PORT and so on, or in a \
            YAML file: index, store, host, port, token_file, unload_after.

            Try it:  ascl index photos
                     ascl serve
            """)

    @OptionGroup var options: IndexOptions
    @OptionGroup var compute: ComputeOptions

    @Option(help: "A YAML file with settings.")
    var config: String?

    @Option(help: "The address to listen at. Default: 127.0.0.1.")
    var host: String?

    @Option(help: "The port; 0 takes any that is free. Default: 7070.")
    var port: Int?

    @Option(help: "Minutes without a search after which the models are let go of, until the next. Default: never.")
    var unloadAfter: Double?

    @Option(
        help: """
            A file with the token that requests have to bring, of \(Token.leastLength) characters or more. Default: \
            $ASCL_TOKEN, if it is set.
            """)
    var tokenFile: String?

    @Option(
        help: """
            How what is near is found: scan looks at every vector; hnsw follows a graph of neighbours, which takes long to \
            make, and finds most. It pays from several million pictures on.
            """)
    var neighbours = NeighbourSearch.scan

    mutating func validate() throws {
        if let port, !(0...65535).contains(port) {
            throw ValidationError("--port: expected 0 to 65535, found \(port)")
        }
        if let unloadAfter, !(unloadAfter > 0) {
            throw ValidationError("--unload-after: expected minutes above 0, found \(unloadAfter)")
        }
    }

    func run() throws {
        let sources = try ServerSources(file: config, environment: ProcessInfo.processInfo.environment)
        let settings = try settings(sources)
        guard settings.token != nil || ServerSettings.isLoopback(settings.host) else {
            throw ValidationError(
                "--host \(settings.host): others reach it there; give --token-file and a file with a secret, such as "
                    + "`head -c 24 /dev/urandom | base64 > token` makes")
        }
        guard neighbours == .scan || settings.unloadAfter == nil else {
            throw ValidationError("--neighbours hnsw: leave out --unload-after, which lets go of the graph too")
        }
        var options = options
        if options.index == nil, options.stores.isEmpty {
            options.stores = sources.text(.store)?.split(separator: " ").map(String.init) ?? []
            options.index = sources.text(.index)
            try options.validate()
        }
        let collection = try PictureCollection(options.home, device: compute.prepare())
        if neighbours == .hnsw {
            let meter = ProgressMeter("graph of neighbours", unit: "pictures")
            try collection.useGraph { meter.update($0, of: $1) }
        }
        let logger = Logger(label: "ascl", factory: { StreamLogHandler.standardError(label: $0) })
        let server = SearchServer(collection, settings: settings, logger: logger)
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let pictures = try collection.home.numbers().findable
        try Self.finish {
            try await server.run { port in
                print("\(pictures) pictures at http://\(host):\(port)/")
                fflush(nil)
            }
        }
    }

    private func settings(_ sources: ServerSources) throws -> ServerSettings {
        var settings = ServerSettings()
        settings.host = host ?? sources.text(.host) ?? settings.host
        let port = try sources.number(.port, "a port from 0 to 65535") { UInt16($0).map(Int.init) }
        settings.port = self.port ?? port ?? settings.port
        let minutes = try sources.number(.unloadAfter, "minutes above 0") { text in
            Double(text).flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
        }
        settings.unloadAfter = unloadAfter ?? minutes
        settings.token = try token(tokenFile ?? sources.text(.tokenFile))
        return settings
    }

    private func token(_ file: String?) throws -> Token? {
        let (name, text): (String, String)
        if let file {
            let bytes = try TextFile.read(file, expected: "a readable token")
            (name, text) = (file, String(decoding: bytes, as: UTF8.self))
        } else if let variable = ProcessInfo.processInfo.environment["ASCL_TOKEN"], !variable.isEmpty {
            (name, text) = ("$ASCL_TOKEN", variable)
        } else {
            return nil
        }
        guard let token = Token(text) else {
            throw InputError(
                path: name, place: "token", expected: "at least \(Token.leastLength) characters", found: "fewer")
        }
        return token
    }

    /// Waits on this thread for work that is done on others.
    private static func finish(_ work: @escaping @Sendable () async throws -> Void) throws {
        let failure = Mutex<(any Error)?>(nil)
        let done = DispatchSemaphore(value: 0)
        Task {
            do { try await work() } catch { failure.withLock { $0 = error } }
            done.signal()
        }
        done.wait()
        if let error = failure.withLock({ $0 }) { throw error }
    }
}
