import Foundation
import HTTPTypes
import Hummingbird

/// What keeps a request from its answer: a status, and a line that says what is expected and what was found.
struct RequestProblem: HTTPResponseError {
    let status: HTTPResponse.Status
    let message: String
    var headers: HTTPFields = [:]

    static func bad(_ name: String, expected: String, found: some CustomStringConvertible) -> RequestProblem {
        RequestProblem(
            status: .badRequest,
            message: "\(name): expected \(expected), found \(String(found.description.prefix(100)).debugDescription)")
    }

    static let notFound = RequestProblem(
        status: .notFound, message: "nothing here; /api/openapi.json says what there is")

    /// An address that has other methods.
    static func method(of methods: [HTTPRequest.Method]) -> RequestProblem {
        // Whatever can be got can be asked for without its body.
        let all = methods.contains(.get) ? methods + [.head] : methods
        let names = Set(all.map(\.rawValue)).sorted().joined(separator: ", ")
        return RequestProblem(
            status: .methodNotAllowed, message: "expected one of \(names); /api/openapi.json says what there is",
            headers: [.allow: names])
    }

    static func noPicture(_ id: String) -> RequestProblem {
        RequestProblem(
            status: .notFound,
            message: "expected the number of a picture of the index, found \(String(id.prefix(100)).debugDescription)")
    }

    static let overloaded = RequestProblem(
        status: .serviceUnavailable, message: "too many searches at once; come back in a second",
        headers: [.retryAfter: "1"])

    static let tooSlow = RequestProblem(
        status: .serviceUnavailable, message: "no answer in the time that one may take", headers: [.retryAfter: "5"])

    static let unavailable = RequestProblem(
        status: .serviceUnavailable, message: "the index cannot be asked now; the server's log says why",
        headers: [.retryAfter: "5"])

    static let failed = RequestProblem(
        status: .internalServerError, message: "something failed here; the server's log says what")

    func response(from request: Request, context: some RequestContext) -> Response {
        var response = Response.json(["error": message])
        response.status = status
        response.headers.append(contentsOf: headers)
        return response
    }
}

extension Response {
    /// A value as JSON.
    static func json(_ value: some Encodable) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return Response(status: .internalServerError) }
        return Response(
            status: .ok,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
    }
}
