import ArrayFiles
import FeatureExtraction
import Foundation
import RetrievalFixtures

/// A folder of pictures (texts, to the fake decoder) and one for their features.
final class Album {
    let root: String
    let images: String
    let output: String
    let encoder = FakeEncoder()

    /// Makes `count` pictures `1.jpg`, `2.jpg`, ... whose texts are `picture 1`, `picture 2`, ...
    init(_ count: Int = 0) throws {
        let scratch = try ScratchFolder()
        root = scratch.path
        images = root + "/images"
        output = root + "/features"
        self.folder = scratch
        try FileManager.default.createDirectory(atPath: images, withIntermediateDirectories: true)
        for number in 0..<count { try add("\(number + 1).jpg", "picture \(number + 1)") }
    }

    private let folder: ScratchFolder

    func add(_ name: String, _ text: String) throws {
        let url = URL(fileURLWithPath: "\(images)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: "\(images)/\(name)", withDestinationPath: target)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(images)/\(name)") }

    func extraction(
        _ settings: ExtractionSettings = ExtractionSettings(batchSize: 3, picturesPerBlock: 4),
        list: PictureList? = nil, encoder: FakeEncoder? = nil, output: String? = nil
    ) throws -> Extraction {
        try Extraction(
            list: list ?? PictureList.folder(images), encoder: encoder ?? self.encoder, decode: FakeEncoder.decode,
            output: output ?? self.output, settings: settings)
    }

    /// Contents of all visible files of a folder of features, by name.
    func files(_ folder: String? = nil) throws -> [String: Data] {
        let folder = folder ?? output
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        return try Dictionary(
            uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)"))) })
    }

    func lines(_ name: String) throws -> [String] {
        try String(contentsOfFile: "\(output)/\(name)", encoding: .utf8).split(separator: "\n").map(String.init)
    }

    /// Names of the block files.
    func blocks() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: output + "/.blocks").filter { $0.hasSuffix(".block") }
            .sorted()
    }

    /// The numbers of a float file, row after row.
    func floats(_ name: String) throws -> [Float] {
        let array = try NumpyArray(path: "\(output)/\(name)")
        return withExtendedLifetime(array.file) {
            let count = array.shape.reduce(1, *)
            return (0..<count).map { index in
                array.elementType == .float16
                    ? Float(array.bytes.loadUnaligned(fromByteOffset: index * 2, as: Float16.self))
                    : array.bytes.loadUnaligned(fromByteOffset: index * 4, as: Float.self)
            }
        }
    }
}
