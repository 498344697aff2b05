import AsCLBase
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// What every request gets: a number, a line in the log, its place in the figures, headers that keep pages of others out,
/// and an answer in one form where something is wrong.
///
/// The log has routes, not addresses: what people look for is nobody's business.
struct RequestRecord: RouterMiddleware {
    typealias Context = BasicRequestContext

    let metrics: ServerMetrics
    let logger: Logger
    let known: KnownRoutes
    private static let clock = ContinuousClock()

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let start = Self.clock.now
        let id = Self.number(request) ?? UUID().uuidString.lowercased()
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = problem(error, request, id).response(from: request, context: context)
        }
        response.headers[.requestID] = id
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        let route = context.endpointPath ?? "NotFound"
        let seconds = (Self.clock.now - start) / .seconds(1)
        metrics.note(method: request.method.rawValue, route: route, status: response.status.code, seconds: seconds)
        logger.info(
            "request",
            metadata: [
                "request": "\(id)", "method": "\(request.method.rawValue.prefix(16).description.escapedForOneLine)",
                "route": "\(route)", "status": "\(response.status.code)",
                "milliseconds": "\(Int((1000 * seconds).rounded()))",
            ])
        return response
    }

    private func problem(_ error: any Error, _ request: Request, _ id: String) -> RequestProblem {
        switch error {
        case let problem as RequestProblem: return problem
        case let other as any HTTPResponseError:
            if other.status == .notFound {
                let methods = known.methods(request.uri.path)
                return methods.isEmpty ? .notFound : .method(of: methods)
            }
            return RequestProblem(status: other.status, message: other.status.reasonPhrase.lowercased())
        case is CancellationError: return .tooSlow
        default:
            logger.error(
                "failed", metadata: ["request": "\(id)", "error": "\("\(error)".escapedForOneLine)"])
            // What is wrong with the index may be put right meanwhile.
            return error is InputError ? .unavailable : .failed
        }
    }

    /// The number that the request brings, where it is one that a log can take.
    private static func number(_ request: Request) -> String? {
        guard let text = request.headers[.requestID], (1...64).contains(text.utf8.count),
            text.wholeMatch(of: /[A-Za-z0-9._-]+/) != nil
        else { return nil }
        return text
    }
}

extension HTTPField.Name {
    private static func named(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .server }
    static let requestID = named("X-Request-Id")
    static let referrerPolicy = named("Referrer-Policy")
    static let crossOriginResourcePolicy = named("Cross-Origin-Resource-Policy")
}
