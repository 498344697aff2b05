import HTTPTypes
import Hummingbird

/// Lets in who may: whoever brings the token, or, where there is none, programs of this machine.
///
/// A web page of anybody's can make its own name mean 127.0.0.1, and then ask as if it were a page of this server. Browsers
/// tell the name that they were given: without a token, only this machine's own are taken.
struct Doorkeeper: RouterMiddleware {
    typealias Context = BasicRequestContext

    let token: Token?
    /// Where anybody may see whether the server lives.
    static let open = "/healthz"

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        if context.endpointPath == Self.open { return try await next(request, context) }
        if let token {
            guard token.isBrought(by: request.headers[.authorization]) else {
                throw RequestProblem(
                    status: .unauthorized,
                    message: "expected the server's token, as `Authorization: Bearer TOKEN` or as a password",
                    headers: [.wwwAuthenticate: "Basic realm=\"ascl\", charset=\"UTF-8\""])
            }
        } else {
            guard Self.isOwn(request.head.authority) else {
                throw RequestProblem(
                    status: .misdirectedRequest,
                    message: "expected to be called localhost or 127.0.0.1; for other names start with --token-file")
            }
        }
        return try await next(request, context)
    }

    /// Whether a `Host` header names this machine as it names itself, with a port or without.
    static func isOwn(_ authority: String?) -> Bool {
        guard let match = authority?.wholeMatch(of: /(?:\[([0-9a-fA-F:]+)\]|([^:\[\]]+))(?::\d+)?/) else {
            return false
        }
        return (match.1 ?? match.2).map { ServerSettings.isLoopback($0.lowercased()) } ?? false
    }
}
