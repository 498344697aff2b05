import PictureCatalogue
import Synchronization

/// What a server has done, in the text form that Prometheus reads.
final class ServerMetrics: Sendable {
    private struct Route: Hashable { let method, route: String }
    private struct Requests {
        var byStatus: [Int: Int] = [:]
        var seconds = 0.0
        var buckets = [Int](repeating: 0, count: ServerMetrics.bounds.count)
        var count: Int { byStatus.values.reduce(0, +) }
    }

    /// Upper bounds of a request's seconds.
    private static let bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]
    private static let methods: Set<String> = ["GET", "HEAD", "POST"]
    private let requests = Mutex<[Route: Requests]>([:])
    private let searches = Atomic(0)

    /// Notes a request that was answered. Names that strangers make up do not become names of ours.
    func note(method: String, route: String, status: Int, seconds: Double) {
        let key = Route(method: Self.methods.contains(method) ? method : "other", route: route)
        requests.withLock { requests in
            var own = requests[key] ?? Requests()
            own.byStatus[status, default: 0] += 1
            own.seconds += seconds
            for (place, bound) in Self.bounds.enumerated() where seconds <= bound { own.buckets[place] += 1 }
            requests[key] = own
        }
    }

    /// Notes a search that was answered.
    func noteSearch() { searches.add(1, ordering: .relaxed) }

    /// The page.
    func text(_ numbers: Catalogue.Numbers) -> String {
        var lines: [String] = []
        func begin(_ name: String, _ type: String, _ help: String) {
            lines += ["# HELP \(name) \(help)", "# TYPE \(name) \(type)"]
        }
        let all = requests.withLock { $0 }.sorted { ($0.key.route, $0.key.method) < ($1.key.route, $1.key.method) }
        func labels(_ route: Route) -> String { "method=\"\(route.method)\",route=\"\(route.route)\"" }
        begin("ascl_http_requests_total", "counter", "Requests answered.")
        for (route, requests) in all {
            for (status, count) in requests.byStatus.sorted(by: { $0.key < $1.key }) {
                lines.append("ascl_http_requests_total{\(labels(route)),status=\"\(status)\"} \(count)")
            }
        }
        begin("ascl_http_request_seconds", "histogram", "Seconds to an answer.")
        for (route, requests) in all {
            let name = "ascl_http_request_seconds"
            for (bound, count) in zip(Self.bounds, requests.buckets) {
                lines.append("\(name)_bucket{\(labels(route)),le=\"\(bound)\"} \(count)")
            }
            lines.append("\(name)_bucket{\(labels(route)),le=\"+Inf\"} \(requests.count)")
            lines.append("\(name)_sum{\(labels(route))} \(requests.seconds)")
            lines.append("\(name)_count{\(labels(route))} \(requests.count)")
        }
        begin("ascl_searches_total", "counter", "Searches answered.")
        lines.append("ascl_searches_total \(searches.load(ordering: .relaxed))")
        for (name, count, help) in [
            ("ascl_pictures", numbers.pictures, "Pictures of the index, by content."),
            ("ascl_pictures_findable", numbers.findable, "Pictures that a search can find."),
            ("ascl_files", numbers.files, "Picture files of the index."),
            ("ascl_files_unusable", numbers.problems, "Picture files that cannot be used."),
        ] {
            begin(name, "gauge", help)
            lines.append("\(name) \(count)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
