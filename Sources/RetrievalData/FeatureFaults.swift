package import AsCLBase

/// What is wrong with the rows of a feature file: the first fault of each kind, with the number of rows that have it.
struct FeatureFaults {
    /// A number of which no score can come.
    private var bad: (first: InputError, count: Int)?
    /// A row of zeros, as whoever made the features left it where a picture could not be read.
    private var empty: (first: InputError, count: Int)?

    /// Takes a row in. Boxes and confidences may be zeros.
    mutating func look(at row: Int, of file: FeatureFile, mayBeZero: Bool) {
        do throws(InputError) {
            guard try !file.checkRow(row), !mayBeZero else { return }
            let first = InputError(
                path: file.path, place: "row \(row)", expected: "features",
                found: "only zeros, as of a picture that could not be read")
            empty = (empty?.first ?? first, (empty?.count ?? 0) + 1)
        } catch {
            bad = (bad?.first ?? error, (bad?.count ?? 0) + 1)
        }
    }

    /// Numbers of which no score can come; nil where there are none.
    var error: InputError? { bad.map(Self.counted) }

    /// Rows of zeros; nil where there are none.
    var notice: InputError? { empty.map(Self.counted) }

    private static func counted(_ first: InputError, _ count: Int) -> InputError {
        let rows = count == 1 ? "the only such row" : "the first of \(count) such rows"
        return InputError(
            path: first.path, place: first.place, expected: first.expected, found: "\(first.found), \(rows)")
    }
}

extension FeatureFile {
    /// Reads the whole file.
    func faults(mayBeZero: Bool) -> FeatureFaults {
        var faults = FeatureFaults()
        for row in 0..<rowCount { faults.look(at: row, of: self, mayBeZero: mayBeZero) }
        return faults
    }

    /// Throws the first row that differs from those it should repeat.
    func checkRepeats(_ times: Int) throws(InputError) {
        guard times > 1 else { return }
        for row in 0..<rowCount where !rowsAreEqual(row - row % times, row) {
            throw InputError(
                path: path, place: "row \(row)",
                expected: "the same as row \(row - row % times), as images stand there five times", found: "another row"
            )
        }
    }
}

extension RetrievalSplit {
    /// Every feature file that the split uses, and whether its rows may be zeros.
    var featureFiles: [(file: FeatureFile, mayBeZero: Bool)] {
        sets.flatMap { set in
            [(set.regions, false), (set.globals, false), (set.boxes, true), (set.labels?.confidences, true)]
                .compactMap { file, mayBeZero in file.map { ($0, mayBeZero) } }
        }
    }

    /// Reads the features of every image, so that hours of work do not end at a bad one.
    /// - Parameter progress: Called with the images read so far and their number.
    /// - Returns: What has to be told of rows of zeros, a line a file.
    /// - Throws: `InputError` naming file and row of the first number of which no score can come.
    package func checkFeatures(progress: (Int, Int) -> Void = { _, _ in }) throws(InputError) -> [String] {
        var faults = sets.map { _ in (regions: FeatureFaults(), globals: FeatureFaults()) }
        for (image, place) in rows.enumerated() {
            let set = sets[place.set]
            faults[place.set].regions.look(at: place.row, of: set.regions, mayBeZero: false)
            if let globals = set.globals {
                faults[place.set].globals.look(at: place.row, of: globals, mayBeZero: false)
            }
            progress(image + 1, rows.count)
        }
        let all = faults.flatMap { [$0.regions, $0.globals] }
        if let error = all.lazy.compactMap(\.error).first { throw error }
        return all.compactMap(\.notice?.description)
    }
}
