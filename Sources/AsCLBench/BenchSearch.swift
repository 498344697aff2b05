import ArgumentParser
import AsCLBase
import CommandLineOptions
import Foundation
import Torch
import VectorStore

struct BenchSearch: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Time searches among vectors of a store: opening it, one query, batches of eight.",
        discussion: """
            Items are unit vectors about random centres, a query lies near an item. The exact answers that recall is told \
            against come from float32 products.
            """)

    @Option(help: "Vectors in the store.")
    var items = 100_000
    @Option(help: "Numbers of a vector.")
    var dimension = 256
    @Option(help: "Timed queries, each alone, and in batches of 8.")
    var queries = 200
    @Option(help: "Vectors to find for each.")
    var top = 10
    @Option(help: "Keep the store in this folder; the same command finds it there.")
    var folder: String?
    @Option(help: "Threads of a search. Default: all cores.")
    var threads: Int?
    @Flag(help: "Time the graph of neighbours too; making it takes minutes for a million vectors.")
    var graph = false
    @Flag(help: "Print the result as JSON.")
    var json = false

    mutating func validate() throws {
        try ValidationError.expect(
            atLeast: 1, ["items": items, "dimension": dimension, "queries": queries, "top": top, "threads": threads])
    }

    struct Figures: Encodable {
        let what = "search"
        let instructions: String
        let items, dimension, queries, threads: Int
        /// Of putting all items in, nil where they were there; and of opening.
        let append_items_per_second: Double?
        let open_seconds: Double
        let single, batch_of_8: Times
        /// What reading memory from front to back reaches here, and the share of it at which one query reads the codes.
        let memory_bytes_per_second, memory_share: Double
        /// Of the exact best by float32 products, the part that was found.
        let recall: Double
        /// Of putting one more in, until a reader finds it.
        let add_one_seconds: Double
        let peak_memory_bytes: Int
        let graph: Graph?
    }

    /// Of a graph of neighbours.
    struct Graph: Encodable {
        /// Of making it, nil where it was there; and of opening it.
        let build_items_per_second: Double?
        let open_seconds: Double
        let single: Times
        let recall: Double
        let file_bytes, peak_memory_bytes: Int
    }

    struct Times: Encodable {
        let p50_seconds, p95_seconds, items_per_second, queries_per_second: Double

        /// - Parameter seconds: Of passes over all items, each for so many queries.
        init(_ seconds: [Double], items: Int, queries: Int) {
            let sorted = seconds.sorted()
            p50_seconds = sorted[sorted.count / 2]
            p95_seconds = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
            items_per_second = Double(items) / p50_seconds
            queries_per_second = Double(queries) / p50_seconds
        }
    }

    func run() throws {
        let cores = threads ?? ProcessInfo.processInfo.activeProcessorCount
        try Torch.setThreadCount(cores)
        let place = folder ?? FileManager.default.temporaryDirectory.path + "/ascl-bench-\(UUID().uuidString)"
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: place) } }
        let data = ClusteredVectors(items: items, dimension: dimension)
        let appending = try fill(place, data)
        var opened: VectorStore?
        let opening = try seconds {
            opened = try VectorStore(
                folder: place, dimension: dimension, fingerprint: data.fingerprint, mode: .reading, threads: cores)
        }
        guard let store = opened else { throw ExitCode.failure }
        let asked = try data.queries(queries)
        func times(batch: Int) throws -> Times {
            let batches = stride(from: 0, to: max(batch, queries), by: batch).map { start in
                (start..<start + batch).map { asked[$0 % queries] }
            }
            _ = try store.search(queries: batches[0], top: top)
            let each = try batches.map { batch in try seconds { _ = try store.search(queries: batch, top: top) } }
            return Times(each, items: items, queries: batch)
        }
        let (single, eight) = (try times(batch: 1), try times(batch: 8))
        // Before what needs memory of its own.
        let peak = peakMemory()
        let memory = try readingRate(threads: cores)
        let found = try store.search(queries: asked, top: top).map { Set($0.map(\.id)) }
        let adding = try addOne(place, data, store)
        let neighbours = graph ? try timeGraph(store, data, asked) : nil
        let figures = Figures(
            instructions: VectorStore.instructions, items: items, dimension: dimension, queries: queries,
            threads: cores, append_items_per_second: appending.map { Double(items) / $0 }, open_seconds: opening,
            single: single, batch_of_8: eight, memory_bytes_per_second: memory,
            memory_share: single.items_per_second * Double(dimension) / memory,
            recall: try data.recall(of: found, queries: asked, top: top), add_one_seconds: adding,
            peak_memory_bytes: peak, graph: neighbours)
        if json { return try Terminal.printJSON(figures) }
        func line(_ name: String, _ times: Times) -> String {
            String(
                format: "%@ %.2f ms p50, %.2f ms p95; %.1f million items/s, %.0f queries/s", name,
                times.p50_seconds * 1e3, times.p95_seconds * 1e3, times.items_per_second / 1e6,
                times.queries_per_second)
        }
        print(
            "\(items) x \(dimension), \(cores) threads, \(figures.instructions); opened in "
                + String(format: "%.3f s", opening))
        print(line("one query ", single))
        print(line("8 together", eight))
        print(
            String(
                format: "%.0f %% of the memory's %.1f GB/s; recall@%d %.4f; peak memory %.0f MB",
                figures.memory_share * 100, memory / 1e9, top, figures.recall, Double(peak) / 1e6))
        print(String(format: "one more put in and found in %.3f s", adding))
        if let neighbours {
            print(line("graph      ", neighbours.single))
            print(
                String(
                    format: "recall@%d %.4f; opened in %.1f s; file %.0f MB, peak memory %.0f MB", top,
                    neighbours.recall,
                    neighbours.open_seconds, Double(neighbours.file_bytes) / 1e6,
                    Double(neighbours.peak_memory_bytes) / 1e6))
        }
    }

    /// Puts one more vector in, and waits for a reader to find it; then it goes again.
    private func addOne(_ place: String, _ data: ClusteredVectors, _ reader: VectorStore) throws -> Double {
        let writer = try VectorStore(
            folder: place, dimension: dimension, fingerprint: data.fingerprint, mode: .writing, threads: 1)
        let (id, vector) = (Int64(items), try data.queries(1)[0])
        let time = try seconds {
            try writer.append(ids: [id], vectors: vector)
            try reader.refresh()
            guard try reader.search(queries: [vector], top: 1)[0].first?.id == id else { throw ExitCode.failure }
        }
        try writer.delete(ids: [id])
        try reader.refresh()
        return time
    }

    private func timeGraph(_ store: VectorStore, _ data: ClusteredVectors, _ asked: [[Float]]) throws -> Graph {
        let meter = ProgressMeter("graph", unit: "vectors")
        var begun = 0
        let building = try seconds {
            _ = try NeighbourGraph(of: store) { done, total in
                if begun == 0 { begun = done }
                meter.update(done, of: total)
            }
        }
        var opened: NeighbourGraph?
        let opening = try seconds { opened = try NeighbourGraph(of: store) }
        guard let graph = opened else { throw ExitCode.failure }
        func found(_ query: [Float]) throws -> [VectorMatch] {
            guard let matches = try graph.search(queries: [query], top: top)?[0] else { throw ExitCode.failure }
            return matches
        }
        _ = try found(asked[0])
        let each = try asked.map { query in try seconds { _ = try found(query) } }
        return Graph(
            build_items_per_second: begun > 0 ? Double(items) / building : nil, open_seconds: opening,
            single: Times(each, items: items, queries: 1),
            recall: try data.recall(of: asked.map { Set(try found($0).map(\.id)) }, queries: asked, top: top),
            file_bytes: try graph.byteCount, peak_memory_bytes: peakMemory())
    }

    /// Puts the items in, and tells the seconds; nil where they are there.
    private func fill(_ place: String, _ data: ClusteredVectors) throws -> Double? {
        let store = try VectorStore(
            folder: place, dimension: dimension, fingerprint: data.fingerprint, mode: .writing, threads: 1)
        guard store.count < items else { return nil }
        let meter = ProgressMeter("appending", unit: "vectors")
        var time = 0.0
        // Whole chunks are there after a break, or else ids are put in once more and replaced.
        for (chunk, start) in data.chunks.enumerated() where start + data.chunkSize > store.count || start == 0 {
            let vectors = try data.vectors(chunk)
            let ids = (start..<start + vectors.count / dimension).map { Int64($0) }
            time += try seconds { try store.append(ids: ids, vectors: vectors) }
            meter.update(start + ids.count, of: items)
        }
        try store.compact()
        return time
    }

    /// Bytes a second that threads read from memory, each its part of as many as a search reads: the median of some passes,
    /// as load of others slows the search down too.
    private func readingRate(threads: Int) throws -> Double {
        let lines = [SIMD8<UInt64>](repeating: SIMD8(repeating: 1), count: items * dimension / 64 + 4 * threads)
        let part = lines.count / threads / 4 * 4
        let passes = try (0..<9).map { _ in
            try seconds {
                try onThreads(threads, threads) { thread in
                    var (a, b, c, d) = (SIMD8<UInt64>(), SIMD8<UInt64>(), SIMD8<UInt64>(), SIMD8<UInt64>())
                    lines.withUnsafeBufferPointer { lines in
                        for place in stride(from: thread * part, to: (thread + 1) * part, by: 4) {
                            a &+= lines[place]
                            b &+= lines[place + 1]
                            c &+= lines[place + 2]
                            d &+= lines[place + 3]
                        }
                    }
                    // The sum is asked for, or else nothing would have to be read.
                    guard (a &+ b &+ c &+ d).wrappedSum() == part * 8 else { throw ExitCode.failure }
                }
            }
        }
        return Double(part * threads * 64) / passes.sorted()[passes.count / 2]
    }
}
