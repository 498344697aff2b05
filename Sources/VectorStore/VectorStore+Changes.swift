import AsCLBase
import CVectorScan

extension VectorStore {
    /// Puts vectors at the end; they are on the disk, and found, when this returns. An id that is there already gets its new
    /// vector, and the old one is deleted. After a crash meanwhile either all of them are there, the first few thousand, or
    /// none.
    /// - Parameters:
    ///   - ids: One a vector.
    ///   - vectors: `[ids, dimension]`, of any length but 0.
    /// - Throws: `InputError` where a vector is none; nothing is written then.
    package func append(ids: [Int64], vectors: [Float]) throws {
        guard vectors.count == ids.count * dimension else {
            throw InputError(
                path: folder, place: "append", expected: "\(ids.count) vectors of \(dimension) numbers",
                found: "\(vectors.count) numbers")
        }
        _ = try normalized(vectors[...]) { "the vector of id \(ids[$0])" }
        guard !ids.isEmpty else { return }
        try change { writer in
            var manifest = state.withLock { $0.manifest }
            // After an error too: what is on the disk already is found.
            defer { state.withLock { try? $0.extend(folder, manifest, isThorough: false) } }
            try writer.append(
                ids: ids,
                halves: { rows in
                    let numbers = rows.lowerBound * dimension..<rows.upperBound * dimension
                    return try normalized(vectors[numbers], wantsHalves: true) { "vector \($0)" }.halves
                }, folder: folder, manifest: &manifest, settings: settings)
        }
    }

    /// Deletes the vectors of some ids; those that are not there are left out.
    /// - Returns: How many were there.
    @discardableResult
    package func delete(ids: some Sequence<Int64>) throws -> Int {
        try change { _ in
            let (rows, before, generation) = state.withLock { state in
                (Set(ids.compactMap { state.rowOfID[$0] }), state.deleted, state.manifest.generation)
            }
            guard !rows.isEmpty else { return 0 }
            var marks = before
            for row in rows { marks[row] = true }
            try DeletionMarks.write(marks, folder, generation: generation)
            try settings.reached(.marksWritten)
            state.withLock { $0.delete(marks) }
            return rows.count
        }
    }

    /// Runs `body` with the writer.
    func change<Result: Sendable>(_ body: (StoreWriter) throws -> Result) throws -> Result {
        try writer.withLock { writer in
            guard let writer else {
                throw InputError(
                    path: folder, place: "writing", expected: "a store that was opened for writing",
                    found: "one that was opened for reading")
            }
            guard !writer.isLost else {
                throw InputError(
                    path: folder, place: "writing", expected: "files as this program left them",
                    found: "a compaction that failed at its end; open the store anew")
            }
            return try body(writer)
        }
    }

    /// Scales vectors to length 1, for a search in float32, for the file in float16.
    /// - Parameter name: What an error calls each.
    func normalized(
        _ vectors: ArraySlice<Float>, wantsUnits: Bool = false, wantsHalves: Bool = false, name: (Int) -> String
    ) throws(InputError) -> (units: [Float], halves: [UInt16]) {
        var units = [Float](repeating: 0, count: wantsUnits ? vectors.count : 0)
        var halves = [UInt16](repeating: 0, count: wantsHalves ? vectors.count : 0)
        var bad: Int64 = 0
        let status = vectors.withUnsafeBufferPointer { vectors in
            units.withUnsafeMutableBufferPointer { units in
                halves.withUnsafeMutableBufferPointer { halves in
                    vs_normalize(
                        vectors.baseAddress, Int64(vectors.count / dimension), Int64(dimension),
                        wantsUnits ? units.baseAddress : nil, wantsHalves ? halves.baseAddress : nil, &bad)
                }
            }
        }
        guard status == VS_OK else {
            throw InputError(
                path: folder, place: name(Int(bad)), expected: "finite numbers, not all of them 0",
                found: status == VS_NO_LENGTH ? "zeros only" : "a NaN or an infinity")
        }
        return (units, halves)
    }
}
