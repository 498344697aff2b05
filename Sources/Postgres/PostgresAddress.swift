package import AsCLBase
import CPostgres

/// Where a PostgreSQL database is, as libpq's connection strings say: host, role, TLS. Neither the string nor a password
/// in it is ever shown.
package struct PostgresAddress: Sendable, CustomStringConvertible {
    /// The connection string.
    let text: String
    /// The address without what is secret.
    package let description: String

    /// - Throws: `InputError` for what is no connection string.
    package init(_ text: String) throws(InputError) {
        // What libpq complains of may have the password in it: it is not passed on.
        guard let options = PQconninfoParse(text, nil) else {
            throw InputError(
                place: "store", expected: "an address like postgresql://USER@HOST/DATABASE",
                found: "something that libpq cannot read")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            values[String(cString: keyword)] = option.pointee.val.map { String(cString: $0) }
            option += 1
        }
        // A password with characters that had to be written as %40 and so on lands in the wrong place, and is shown.
        let shown = ["host", "hostaddr", "port", "dbname"].compactMap { values[$0] }
        guard !shown.contains(where: { $0.contains("@") }), values["port"].map({ Int($0) != nil }) ?? true else {
            throw InputError(
                place: "store", expected: "an address like postgresql://USER@HOST:PORT/DATABASE",
                found: "one whose parts do not come apart: within user and password @ is written %40, : %3A and / %2F")
        }
        self.text = text
        let host = values["host"] ?? values["hostaddr"] ?? values["service"] ?? ""
        let port = values["port"].map { ":\($0)" } ?? ""
        description = "postgresql://\(host)\(port)/\(values["dbname"] ?? "")"
    }

    /// Whether a text is meant as such an address, and not as a folder's path.
    package static func isMeant(by text: String) -> Bool {
        text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    }
}
