import AsCLBase
import Foundation
import TextEncoding

/// The folder that a training writes into, claimed so that no run is overwritten by mistake.
package struct RunFolder: Sendable, Equatable {
    /// What to do about a run that the folder holds already.
    package enum Existing: Sendable {
        /// Refuse the folder.
        case refuse
        /// Go on with the run; the folder must be there. A run killed before its first checkpoint left none in it.
        case resume
        /// Remove the run's files, and nothing else in the folder.
        case overwrite
    }

    /// The folder's path.
    package let path: String

    /// The files that a run writes, besides TensorBoard's event files.
    static let files =
        [
            "training.yaml", "log.jsonl", RunPage.file, "config.json", "model.safetensors", "trainer.json",
            "optimizer.safetensors",
            "text_encoder/model.safetensors",
        ] + TextEncoder.files.map { "text_encoder/" + $0 }

    /// Claims a folder and creates it, with the folders above it, when it is missing.
    ///
    /// Call it last of all preparations: data and configuration that turn out bad then leave nothing behind.
    ///
    /// - Throws: `TrainingError` when the folder holds a run that is to be kept, or cannot be used.
    package init(claiming path: String, existing: Existing) throws(TrainingError) {
        self.path = path
        try check(existing)
        do throws(InputError) {
            try Folder.make(path)
        } catch {
            throw .unusable(path: path, problem: error.found)
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw .system(path: path) }
        guard existing == .overwrite else { return }
        for name in try filesOfARun() where unlink(file(name)) != 0 {
            throw .system(path: file(name))
        }
        // Stays when somebody put more into it.
        rmdir(file("text_encoder"))
    }

    private init(path: String) { self.path = path }

    /// Throws where a folder cannot be claimed, as far as that is known without writing: before long work.
    package static func check(_ path: String, existing: Existing) throws(TrainingError) {
        try RunFolder(path: path).check(existing)
    }

    private func check(_ existing: Existing) throws(TrainingError) {
        var isFolder = ObjCBool(false)
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            guard existing == .resume else { return }
            throw .unusable(path: path, problem: "expected the folder of the run to resume, found nothing")
        }
        guard isFolder.boolValue else {
            throw .unusable(path: path, problem: "expected a folder for the run, found a file")
        }
        guard existing == .refuse, let first = try filesOfARun().first else { return }
        throw .unusable(
            path: path,
            problem: "expected no run in the output folder, found \(first); --resume goes on with it, "
                + "--overwrite starts anew")
    }

    /// The path of a file in the folder.
    package func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// Whether there is a checkpoint to resume from.
    package var holdsCheckpoint: Bool {
        FileManager.default.fileExists(atPath: file("trainer.json"))
    }

    private func filesOfARun() throws(TrainingError) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .unusable(path: path, problem: "the folder's files cannot be listed")
        }
        return Self.files.filter { FileManager.default.fileExists(atPath: file($0)) }
            + names.filter { $0.hasPrefix(TensorBoardWriter.prefix) }.sorted()
    }
}
