import Foundation
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

@testable import SearchServer

/// Asks a server's routes, in this process and without a network: an address comes to them as it stands.
struct RouteClient: Sendable {
    struct Answer: Sendable {
        let head: HTTPResponse
        let body: Data
        var status: HTTPResponse.Status { head.status }
        var headers: HTTPFields { head.headerFields }
        var text: String { String(decoding: body, as: UTF8.self) }
        var found: Found { get throws { try JSONDecoder().decode(Found.self, from: body) } }

        /// The line of an error.
        var problem: String {
            get throws { try JSONDecoder().decode([String: String].self, from: body)["error"] ?? "" }
        }
    }

    private let responder: RouterResponder<BasicRequestContext>
    private let logger: Logger

    init(_ server: SearchServer) {
        responder = server.router().buildResponder()
        logger = server.logger
    }

    func get(_ address: String, _ headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.get, address, headers)
    }

    func post(_ address: String, _ body: Data) async throws -> Answer { try await send(.post, address, body: body) }

    func send(
        _ method: HTTPRequest.Method, _ address: String, _ headers: HTTPFields = [:], body: Data = Data()
    ) async throws -> Answer {
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(channel: NIOAsyncTestingChannel(), logger: logger))
        let request = Request(
            head: .init(
                method: method, scheme: "http", authority: "localhost", path: address, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let response = try await responder.respond(to: request, context: context)
        let (parts, writer) = AsyncStream<ByteBuffer>.makeStream()
        try await response.body.write(Writer(parts: writer))
        writer.finish()
        return Answer(head: response.head, body: await parts.reduce(into: Data()) { $0 += $1.readableBytesView })
    }

    private struct Writer: ResponseBodyWriter {
        let parts: AsyncStream<ByteBuffer>.Continuation

        func write(_ buffer: ByteBuffer) { parts.yield(buffer) }
        func finish(_: HTTPFields?) {}
    }
}

extension SearchServer {
    /// Listens on a free port of this machine for as long as a test has it.
    func listening<Value: Sendable>(_ test: @Sendable (_ port: Int) async throws -> Value) async throws -> Value {
        let (ports, report) = AsyncStream<Int>.makeStream()
        let application = application { report.yield($0) }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { report.finish() }
                try await application.run()
            }
            guard let port = await ports.first(where: { _ in true }) else {
                try await group.next()
                throw CancellationError()
            }
            let value = try await test(port)
            group.cancelAll()
            return value
        }
    }
}
