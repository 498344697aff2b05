import AsCLBase

/// LMDB databases of an image a key, in the forms that people publish; the first value tells which.
enum RegionLMDB {
    /// The regions of a database.
    /// - Parameter progress: Called with the images that are passed, and all there are.
    static func source(
        path: String, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(InputError) -> any RegionSource {
        let (file, entries) = try images(path)
        let start = start(file, entries[0])
        switch start.first ?? 0 {
        case _ where start.starts(with: zip) || start.starts(with: numpy):
            return try arrays(file, entries, isOfVectors: false, progress: progress)
        case 0x80 where start.count > 1 && 2...5 ~= start[1]:
            return try RegionPickles(file, entries, progress: progress)
        // A map, or a frame of LZ4.
        case 0x81...0x8F, 0xDE, 0xDF, 0x04:
            throw InputError(
                path: path, place: entries[0].key.shownInOneLine, expected: "an .npz, .npy or pickled dictionary",
                found:
                    "msgpack; in Python, with lmdb, numpy, msgpack and msgpack_numpy, np.savez(f\"FOLDER/{key.decode()}.npz\", "
                    + "**msgpack.loads(value, object_hook=msgpack_numpy.decode)) of every key and value of the images, "
                    + "then `ascl features import FOLDER`")
        default:
            throw InputError(
                path: path, place: entries[0].key.shownInOneLine, expected: "an .npz, .npy or pickled dictionary",
                found: "\(entries[0].value.count) bytes of another kind")
        }
    }

    /// A database of a vector an image.
    static func vectors(
        path: String, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(InputError) -> RegionArrays {
        let (file, entries) = try images(path)
        return try arrays(file, entries, isOfVectors: true, progress: progress)
    }

    private static let zip: [UInt8] = [0x50, 0x4B, 3, 4]
    private static let numpy = [0x93] + Array("NUMPY".utf8)

    private static func start(_ file: MappedFile, _ entry: LMDBFile.Entry) -> [UInt8] {
        withExtendedLifetime(file) { Array(file.bytes[entry.value].prefix(6)) }
    }

    private static func arrays(
        _ file: MappedFile, _ entries: [LMDBFile.Entry], isOfVectors: Bool, progress: (Int, Int) -> Void
    ) throws(InputError) -> RegionArrays {
        let isNpz = start(file, entries[0]).starts(with: zip)
        return try RegionArrays(
            entries.map { ArrayBytes(id: $0.key, isNpz: isNpz, file, $0.value) }, form: "LMDB",
            isOfVectors: isOfVectors, identity: FileIdentity.of(file.path), progress: progress)
    }

    /// The keys that are images: beside them there may be a list of all keys, and what lmdbdict and UNITER keep.
    private static func images(_ path: String) throws(InputError) -> (MappedFile, [LMDBFile.Entry]) {
        let database = try LMDBFile(path: path)
        let images = database.entries.filter { $0.key != "keys" && !$0.key.hasPrefix("__") }
        guard !images.isEmpty else {
            throw InputError(path: path, expected: "at least one image", found: "\(database.entries.count) other keys")
        }
        return (database.file, images)
    }
}
