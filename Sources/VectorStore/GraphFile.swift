import AsCLBase
import CNeighbourGraph
import Foundation

/// `neighbours.N`: a graph of generation N as the library writes it, and `neighbours.N.json`, which says of how many rows it is
/// and what its bytes are. Without the latter, or with other bytes, there is no graph.
struct GraphFile {
    private struct Seal: Codable {
        let rows: Int
        let sha256: String
    }

    private let folder: String
    private let generation: Int
    private var path: String { "\(folder)/neighbours.\(generation)" }

    init(folder: String, generation: Int) {
        (self.folder, self.generation) = (folder, generation)
    }

    var byteCount: Int {
        get throws { try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0 }
    }

    /// The graph, where there is a whole one of no more than so many rows.
    func load(dimension: Int, rows: Int) throws -> OpaquePointer? {
        guard let data = try? Data(contentsOf: URL(fileURLWithPath: path + ".json")),
            let seal = try? JSONDecoder().decode(Seal.self, from: data), seal.rows <= rows,
            let digest = try? ContentDigest(ofFile: path), digest.hexadecimal == seal.sha256,
            let graph = ng_load(path, Int64(dimension))
        else { return nil }
        guard ng_count(graph) == seal.rows else {
            ng_free(graph)
            return nil
        }
        return graph
    }

    /// Puts a graph on the disk in the place of those before: the old seal goes first, the new one comes last.
    func save(_ graph: OpaquePointer) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasPrefix("neighbours.") {
            try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
        }
        let partial = path + ".partial"
        let file = open(partial, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard file >= 0 else {
            throw InputError.system(partial, place: "writing", expected: "a folder that can be written")
        }
        defer { close(file) }
        guard ng_save(graph, partial) == 1, fsync(file) == 0 else {
            let error = InputError.system(partial, place: "writing", expected: "room for the graph of neighbours")
            unlink(partial)
            throw error
        }
        let seal = Seal(rows: Int(ng_count(graph)), sha256: try ContentDigest(ofFile: partial).hexadecimal)
        guard rename(partial, path) == 0 else {
            throw InputError.system(path, place: "renaming", expected: "a folder that can be written")
        }
        try AtomicFile.write(JSONEncoder().encode(seal), to: path + ".json")
    }
}
