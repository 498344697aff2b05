import Foundation
import ImageEncoding
import Testing

/// Whole photos, from file to bytes, as transformers' processors make them. Runs where `ASCL_PROCESSORS` names a folder that
/// scripts/make_processor_goldens.py made of photos.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["ASCL_PROCESSORS"] != nil))
struct ProcessorPhotosTests {
    private let folder = ProcessInfo.processInfo.environment["ASCL_PROCESSORS"] ?? ""

    @Test func `photos differ by at most two steps`() throws {
        func json<Value: Decodable>(_ name: String) throws -> Value {
            try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")))
        }
        let photos: [String] = try json("photos.json")
        let files = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: folder + "/files.json")))
        for (kind, file) in try #require(files as? [String: Any]) {
            let text = try JSONSerialization.data(withJSONObject: file)
            let transform = try ProcessorTests.transform(String(decoding: text, as: UTF8.self))
            var (largest, total) = (0, 0.0)
            for photo in photos {
                let name = (photo as NSString).lastPathComponent
                let expected = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).\(kind)"))
                let values: [Float] = try transform.tensor(for: PictureDecoder().decode(path: photo)).array()
                let difference = try pictureDifference(values.map { UInt8($0) }, [UInt8](expected))
                largest = max(largest, difference.largest)
                total += difference.mean
            }
            print(
                "\(kind): \(photos.count) photos, at most \(largest), \(total / Double(photos.count)) on average, of 255"
            )
            #expect(largest <= 2, "\(kind)")
        }
    }
}
