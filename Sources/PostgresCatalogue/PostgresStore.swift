package import AsCLBase
import Foundation
import PictureCatalogue
package import Postgres
import Synchronization

/// A collection of pictures in PostgreSQL with pgvector: one database, or several that each have a part of it.
///
/// A picture lies in the part that its content's digest says, and its number says so too. All parts are asked at once; what
/// one that does not answer has is missing, and told.
package final class PostgresStore: Sendable {
    /// One database.
    struct Part: Sendable {
        let index: Int
        let pool: PostgresPool

        var name: String { pool.address.description }
    }

    let parts: [Part]
    /// What every part is held to.
    private let expected: ExpectedStore

    /// The version that pgvector has at least: earlier ones may lose vectors of an index.
    static let leastVersion = [0, 8, 4]
    /// The same for people.
    static let wantedExtension = "pgvector \(leastVersion.map(String.init).joined(separator: ".")) or newer"
    /// Seconds that a part may be silent for.
    package static let patience = 10.0

    /// Names the databases; nothing is asked yet.
    /// - Parameters:
    ///   - addresses: Of all parts, in the order in which the collection was made.
    ///   - patience: Seconds that a part may be silent for while it is asked.
    /// - Throws: `InputError` where one is named twice.
    package init(_ addresses: [PostgresAddress], patience: Double = patience) throws(InputError) {
        let expected = ExpectedStore(parts: addresses.count)
        self.expected = expected
        parts = addresses.enumerated().map { index, address in
            Part(
                index: index,
                pool: PostgresPool(address, patience: patience) { connection in
                    try connection.prepareForAscl(parts: addresses.count)
                    try expected.check(connection, index, address.description)
                })
        }
        let names = addresses.map(\.description)
        for (place, name) in names.enumerated() where names[..<place].contains(name) {
            throw InputError(place: "store", expected: "each database once", found: "\(name) twice")
        }
    }

    /// What all this is called.
    package var name: String { parts.map(\.name).joined(separator: " ") }

    /// The part that a picture's number belongs to.
    func part(of id: Int64) -> Int { Int(id % Int64(parts.count)) }

    /// The part that a content lies in.
    func part(of digest: ContentDigest) -> Int { digest.part(of: parts.count) }

    /// How many of the nearest pictures a part has at most, were they dealt to it by dice, which a digest is as good as: five
    /// standard deviations above its share.
    static func share(of count: Int, parts: Int) -> Int {
        let (count, part) = (Double(count), 1 / Double(parts))
        return Int(min(count, (count * part + 5 * (count * part * (1 - part)).squareRoot()).rounded(.up)))
    }

    /// Asks some parts at once.
    /// - Parameter orNone: Whether it may be that none of them answers.
    /// - Returns: What each says, in the order of the parts, and why others do not.
    /// - Throws: A reason where none of those answers.
    func gather<Value: Sendable>(
        from chosen: [Int]? = nil, orNone: Bool = false,
        _ ask: @escaping @Sendable (Part, PostgresConnection) throws -> Value
    ) throws -> Gathered<[(part: Int, value: Value)]> {
        let asked = chosen.map { $0.map { parts[$0] } } ?? parts
        let results = Self.together(asked) { part in
            Result { try part.pool.attempt { try ask(part, $0) } }
        }
        var gathered = Gathered<[(part: Int, value: Value)]>([])
        for (part, result) in zip(asked, results) {
            switch result {
            case .success(let value): gathered.value.append((part.index, value))
            case .failure(let error as PostgresError):
                // What is wrong with what was asked, or with a part's tables, is nothing to go on after.
                guard error.isOutage else { throw error.inputError }
                gathered.missing.append("\(error.inputError)".escapedForOneLine + "; what lies there is missing")
                if gathered.missing.count == asked.count, !orNone { throw error.inputError }
            case .failure(let error): throw error
            }
        }
        return gathered
    }

    /// Does something for each at once, on threads of their own but for the first: these threads wait, which a pool of as many
    /// as there are cores is not for.
    private static func together<Value: Sendable>(
        _ parts: [Part], _ body: @escaping @Sendable (Part) -> Value
    ) -> [Value] {
        guard parts.count > 1 else { return parts.map(body) }
        let done = DispatchGroup()
        let values = Mutex([Value?](repeating: nil, count: parts.count))
        for (place, part) in parts.enumerated().dropFirst() {
            done.enter()
            let thread = Thread {
                let value = body(part)
                values.withLock { $0[place] = value }
                done.leave()
            }
            thread.stackSize = 1 << 20
            thread.start()
        }
        let first = body(parts[0])
        done.wait()
        return [first] + values.withLock { $0.compactMap { $0 } }
    }

    /// Parts that do not answer now, a line each.
    package func outages() -> [String] {
        do { return try gather { _, connection in _ = try connection.run("SELECT 1") }.missing } catch {
            return ["\(error)".escapedForOneLine]
        }
    }

    /// Whether a part may have no tables yet, which are made then.
    func allowNew() { expected.allowNew() }
}

extension PostgresConnection {
    /// Whether there are tables of a collection.
    func hasTables() throws(PostgresError) -> Bool {
        try run("SELECT to_regclass('ascl_store') IS NOT NULL").truth(0, 0)
    }

    /// What every connection of this program is set to.
    /// - Parameter parts: Of the collection, each of which looks for its share of what is near.
    func prepareForAscl(parts: Int) throws(PostgresError) {
        let looked = max(100, PostgresStore.share(of: 200, parts: parts))
        // Filters leave some of the nearest out: then the index goes on to the next, in their order.
        try run(
            """
            SET hnsw.iterative_scan = strict_order; SET hnsw.ef_search = \(looked); \
            SET hnsw.max_scan_tuples = 200000; SET standard_conforming_strings = on; \
            SET client_min_messages = warning
            """)
    }
}
