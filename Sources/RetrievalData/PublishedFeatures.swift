import ArrayFiles
import AsCLBase
import Foundation

/// Region features in a form that others publish. They are no data set yet: `ascl features import` makes one of them.
package enum PublishedFeatures: Sendable, Equatable {
    /// Tables of base64, by their paths.
    case tables([String])
    /// A zip file of such tables.
    case zippedTables(String)
    /// A folder with an `.npz` or `.npy` file an image: their names.
    case arrays(folder: String, names: [String])
    /// HDF5.
    case hdf5(String)
    /// LMDB: the file, which is `data.mdb` in a folder of its own or has any name.
    case lmdb(String)
    /// What cannot be read as it is: what it is, and what to do.
    case unread(path: String, advice: String)

    /// What lies at a path, or in a folder within it; nil where it is nothing of the kind.
    package init?(path: String) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
            let found = isFolder.boolValue ? Self.folder(path, depth: 1) : Self.file(path)
        else { return nil }
        self = found
    }

    private static func folder(_ path: String, depth: Int) -> PublishedFeatures? {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
            .filter { !$0.hasPrefix(".") }.sorted()
        if names.contains("data.mdb") { return .lmdb(path + "/data.mdb") }
        let arrays = names.filter { $0.hasSuffix(".npz") || $0.hasSuffix(".npy") }
        if !arrays.isEmpty { return .arrays(folder: path, names: arrays) }
        let files = names.lazy.compactMap { file("\(path)/\($0)") }
        if let first = files.first {
            let tables = files.compactMap { if case .tables(let paths) = $0 { paths[0] } else { nil } }
            return tables.isEmpty ? first : .tables(Array(tables))
        }
        return depth == 0 ? nil : names.lazy.compactMap { folder("\(path)/\($0)", depth: depth - 1) }.first
    }

    /// A file by what it begins with.
    private static func file(_ path: String) -> PublishedFeatures? {
        guard let file = try? MappedFile(path: path) else { return nil }
        return withExtendedLifetime(file) {
            let bytes = file.bytes
            if bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 13, 10, 0x1A, 10]) { return .hdf5(path) }
            if bytes.count > 20, bytes[16..<20].elementsEqual([0xDE, 0xC0, 0xEF, 0xBE]) { return .lmdb(path) }
            if bytes.starts(with: [0x50, 0x4B, 3, 4]), holdsTable(path) { return .zippedTables(path) }
            let advice: String? =
                if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
                    "a .npy file; name the folder that it lies in"
                } else if bytes.starts(with: [0x50, 0x4B, 3, 4]), path.hasSuffix(".npz") {
                    "a .npz file; name the folder that it lies in"
                } else if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
                    "a zip file; unzip it first, then `ascl data inspect` what was in it"
                } else if bytes.starts(with: [0x1F, 0x8B]) {
                    "a gzip file; gunzip it first, then `ascl data inspect` what was in it"
                } else if bytes.count > 262, bytes[257..<262].elementsEqual("ustar".utf8) {
                    "a tar file; unpack it first, then `ascl data inspect` what was in it"
                } else if bytes.count > 2, bytes[0] == 0x80, 2...5 ~= bytes[1] {
                    "a Python pickle, which is not read; \(inPython)"
                } else {
                    nil
                }
            if let advice { return .unread(path: path, advice: advice) }
            // Last, as the tables within an archive may look like one.
            return RegionTableColumns(startOf: bytes) == nil ? nil : .tables([path])
        }
    }

    /// Whether a zip file's first member that is not empty is a table.
    private static func holdsTable(_ path: String) -> Bool {
        // A line of 100 regions takes a megabyte.
        let start = try? ZipMember.members(of: path).first { $0.byteCount > 0 }?.read(1 << 22)
        return start?.withUnsafeBytes { RegionTableColumns(startOf: $0) } != nil
    }

    /// What makes readable files of anything.
    private static let inPython =
        "in Python, save each image's regions as np.savez(f\"FOLDER/{id}.npz\", features=regions), then "
        + "`ascl features import FOLDER`"

    /// What it is and what to do with it, for the end of an error's line.
    /// - Parameter karpathy: The JSON that names the images, where it is known.
    package func advice(karpathy: String = "dataset_NAME.json") -> String {
        func command(_ path: String) -> String {
            "`ascl features import \(path) --karpathy \(karpathy) --output DIR` makes a data folder of them"
        }
        return switch self {
        case .tables(let paths):
            "published region features, a table of base64; \(command(paths.joined(separator: " ")))"
        case .zippedTables(let path): "published region features, a table of base64 in a zip file; \(command(path))"
        case .arrays(let folder, _): "published region features, an .npz or .npy an image; \(command(folder))"
        case .hdf5(let path): "published region features in HDF5; \(command(path))"
        case .lmdb(let path): "published region features in LMDB; \(command(path))"
        case .unread(let path, let advice): "\((path as NSString).lastPathComponent), \(advice)"
        }
    }
}
