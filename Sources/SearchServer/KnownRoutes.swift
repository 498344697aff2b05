import HTTPTypes
import Synchronization

/// Which addresses there are, to tell a wrong method from a wrong address.
final class KnownRoutes: Sendable {
    private struct Route {
        let parts: [Substring]
        let method: HTTPRequest.Method
    }

    private let routes = Mutex<[Route]>([])

    /// Notes a route, whose path may have parts in braces for anything.
    func note(_ method: HTTPRequest.Method, _ path: String) {
        routes.withLock { $0.append(Route(parts: path.split(separator: "/"), method: method)) }
    }

    /// The methods that an address has; none where there is no such address.
    func methods(_ path: String) -> [HTTPRequest.Method] {
        let parts = path.split(separator: "/")
        return routes.withLock { routes in
            routes.filter { route in
                route.parts.count == parts.count
                    && zip(route.parts, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
            }.map(\.method)
        }
    }
}
