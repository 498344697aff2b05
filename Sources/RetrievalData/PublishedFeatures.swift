import AsCLBase
import Foundation

/// Region features in a form that others publish. They are no data set yet: `ascl features import` makes one of them.
package enum PublishedFeatures: Sendable, Equatable {
    /// Tables of base64, by their paths.
    case tables([String])
    /// A folder with an `.npz` or `.npy` file an image: their names.
    case arrays(folder: String, names: [String])
    /// HDF5, which is not read.
    case hdf5(String)
    /// An LMDB folder, which is not read.
    case lmdb(String)
    /// A zip file, which is to be unpacked first.
    case archive(String)

    /// What lies at a path; nil where it is nothing of the kind.
    package init?(path: String) {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return nil }
        guard isFolder.boolValue else {
            guard let found = Self.file(path) else { return nil }
            self = found
            return
        }
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
        let arrays = names.filter { $0.hasSuffix(".npz") || $0.hasSuffix(".npy") }
        let files = names.lazy.filter { !$0.hasPrefix(".") }.compactMap { Self.file("\(path)/\($0)") }
        if names.contains("data.mdb") {
            self = .lmdb(path)
        } else if !arrays.isEmpty {
            self = .arrays(folder: path, names: arrays)
        } else if let first = files.first {
            let tables = files.compactMap { if case .tables(let paths) = $0 { paths[0] } else { nil } }
            self = tables.isEmpty ? first : .tables(Array(tables))
        } else {
            return nil
        }
    }

    /// A file by what it begins with.
    private static func file(_ path: String) -> PublishedFeatures? {
        guard let file = try? MappedFile(path: path) else { return nil }
        return withExtendedLifetime(file) {
            if file.bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 13, 10, 0x1A, 10]) { return .hdf5(path) }
            if file.bytes.starts(with: [0x50, 0x4B, 3, 4]) { return .archive(path) }
            return RegionTableColumns(startOf: file.bytes) == nil ? nil : .tables([path])
        }
    }

    /// What it is and what to do with it, for the end of an error's line.
    package func advice(path: String) -> String {
        let command = "ascl features import \(path) --karpathy dataset_NAME.json --output DIR"
        return switch self {
        case .tables: "published region features (a table of base64); `\(command)` makes a data folder of them"
        case .arrays: "published region features (an .npz or .npy an image); `\(command)` makes a data folder of them"
        case .hdf5:
            "HDF5, which is not read; save an image's regions as one .npz in Python (np.savez(id, features=regions)), "
                + "then `ascl features import FOLDER`"
        case .lmdb:
            "LMDB, which is not read; save an image's regions as one .npz in Python (np.savez(id, features=regions)), "
                + "then `ascl features import FOLDER`"
        case .archive:
            "a zip file; unzip it first, then `ascl data inspect` what was in it"
        }
    }
}
