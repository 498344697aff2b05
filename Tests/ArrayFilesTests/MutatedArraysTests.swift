import Foundation
import RetrievalFixtures
import Testing

@testable import ArrayFiles

/// Array and weights files changed at random.
@Suite struct MutatedArraysTests {
    @Test func `a changed npy file is read or refused in one line`() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("a.npy")
        let writer = try NumpyWriter(path: path, elementType: .float32, shape: [3, 2, 4])
        try writer.append((0..<24).map(Float.init))
        try writer.finish()
        let outcomes = try Fuzz.outcomes(of: [UInt8](scratch.data("a.npy")), name: "a.npy", rounds: 300) { path in
            let array = try NumpyArray(path: path)
            #expect(array.shape.allSatisfy { $0 >= 0 })
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }

    @Test func `a changed safetensors file is read or refused in one line`() throws {
        let scratch = try ScratchFolder()
        let path = try scratch.file("a.safetensors")
        let bytes = (0..<24).map { UInt8($0) }
        try bytes.withUnsafeBytes { bytes in
            try SafetensorsWriter.write(
                [
                    .init(
                        name: "a", elementType: .float32, shape: [2, 2],
                        bytes: UnsafeRawBufferPointer(rebasing: bytes[..<16])),
                    .init(
                        name: "b", elementType: .float16, shape: [4],
                        bytes: UnsafeRawBufferPointer(rebasing: bytes[16...])),
                ], to: path)
        }
        let original = try [UInt8](scratch.data("a.safetensors"))
        let outcomes = try Fuzz.outcomes(of: original, name: "a.safetensors", rounds: 300) {
            _ = try SafetensorsFile(path: $0)
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }

    @Test(arguments: ["zip", "legacy"]) func `a changed state dict is read or refused in one line`(_ form: String)
        throws
    {
        let folder = #filePath.replacingOccurrences(of: "MutatedArraysTests.swift", with: "Resources/StateDicts/")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".pth") }.sorted()
        let name = try #require(names.first { $0.hasPrefix("tensors.\(form)") })
        let original = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder + name)))
        let outcomes = try Fuzz.outcomes(of: original, name: "a.pth", rounds: 300) { _ = try StateDictFile(path: $0) }
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }
}
