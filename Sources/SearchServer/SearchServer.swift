import AsCLBase
import Foundation
import Hummingbird
package import Logging
import NIOCore
import PictureCatalogue
package import PictureSearch

/// Answers searches of an indexed collection over HTTP, and shows a page for them.
package struct SearchServer: Sendable {
    let collection: PictureCollection
    let settings: ServerSettings
    let logger: Logger
    let metrics = ServerMetrics()
    let searches: WorkQueue
    let files: PictureFiles
    let rest: ModelRest?

    /// A server of a collection; it does not listen yet.
    package init(_ collection: PictureCollection, settings: ServerSettings, logger: Logger) {
        self.init(collection, settings: settings, logger: logger, clock: ContinuousClock())
    }

    init<Time: Clock>(_ collection: PictureCollection, settings: ServerSettings, logger: Logger, clock: Time)
    where Time.Duration == Duration {
        self.collection = collection
        self.settings = settings
        self.logger = logger
        searches = WorkQueue(
            "searches", atOnce: settings.searches, waiting: settings.waitingSearches, seconds: settings.seconds)
        files = PictureFiles(
            home: collection.home,
            queue: WorkQueue(
                "readings", atOnce: settings.readings, waiting: settings.waitingReadings, seconds: settings.seconds))
        rest = settings.unloadAfter.map { minutes in
            ModelRest(after: .seconds(60 * minutes), clock: clock) {
                collection.unload()
                logger.info("models unloaded")
            }
        }
    }

    /// Listens until the program is asked to end by SIGINT or SIGTERM, and then finishes what it is at.
    /// - Parameter onListening: Told the port once requests are taken.
    /// - Throws: `InputError` where it cannot listen there.
    package func run(onListening: @escaping @Sendable (Int) -> Void) async throws {
        // Ends with the server.
        let watch = Task { [rest] in try await rest?.watch() }
        defer { watch.cancel() }
        checkVectors()
        do {
            try await application(onListening: onListening).runService()
        } catch {
            throw InputError(
                path: "\(settings.host):\(settings.port)", place: "listening",
                expected: "an address of this machine and a free port", found: "\(error)")
        }
    }

    /// Looks at every byte of the vectors, beside all else: opening them does not, as it would take long.
    private func checkVectors() {
        let (collection, logger) = (collection, logger)
        DispatchQueue.global(qos: .utility).async {
            do {
                for line in try collection.check() { logger.error("damage", metadata: ["file": "\(line)"]) }
            } catch {
                logger.error("check failed", metadata: ["error": "\("\(error)".escapedForOneLine)"])
            }
        }
    }

    /// What listens.
    func application(
        onListening: @escaping @Sendable (Int) -> Void
    ) -> Application<RouterResponder<BasicRequestContext>> {
        let (port, requestSeconds) = (settings.port, settings.requestSeconds)
        return Application(
            router: router(),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [RequestDeadline(seconds: requestSeconds)],
                    idleTimeout: .milliseconds(Int64(1000 * settings.idleSeconds)),
                    // Sixteen sentences of the most characters, percent-encoded, are an address too.
                    httpDecoderConfiguration: .init(maxHeaderFieldSize: 1 << 20, maxHeaderListSize: 1 << 20))),
            configuration: .init(
                address: .hostname(settings.host, port: port),
                availableConnectionsDelegate: .maximum(settings.connections, logger: logger)),
            onServerRunning: { onListening($0.localAddress?.port ?? port) }, logger: logger)
    }

    /// Every route.
    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        let known = KnownRoutes()
        router.add(middleware: RequestRecord(metrics: metrics, logger: logger, known: known))
        router.add(middleware: Doorkeeper(token: settings.token))
        PageFiles.addRoutes(to: router)
        router.get("/healthz") { _, _ in Response.json(["status": "ok"]) }
        router.get("/metrics") { _, _ in try await figures() }
        router.get("/api/status") { _, _ in Response.json(try await status()) }
        router.get("/api/search") { request, _ in try await search(request, picture: nil) }
        router.post("/api/search/picture") { request, _ in
            try await search(request, picture: try await picture(of: request))
        }
        router.post("/api/search/picture/captions") { request, _ in
            try await captions(of: .data(try await picture(of: request)), request)
        }
        router.get("/api/pictures/{id}/captions") { request, context in
            try await captions(ofPicture: context.parameters.get("id") ?? "", request)
        }
        router.get("/api/pictures/{id}") { _, context in
            Response.json(try await files.facts(context.parameters.get("id") ?? ""))
        }
        router.get("/api/pictures/{id}/original") { request, context in
            try await files.original(context.parameters.get("id") ?? "", request)
        }
        router.get("/api/pictures/{id}/explanation") { request, context in
            try await explain(context.parameters.get("id") ?? "", request)
        }
        router.get("/api/pictures/{id}/thumbnail") { request, context in
            try await files.thumbnail(context.parameters.get("id") ?? "", request)
        }
        for route in router.routes { known.note(route.method, "\(route.path)") }
        return router
    }
}
