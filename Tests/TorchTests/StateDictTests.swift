import ArrayFiles
import AsCLBase
import Foundation
import Testing
import Torch

/// PyTorch's own files, those of the array files' tests.
@Suite struct StateDictTests {
    static func path(_ name: String) -> String {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        return tests.path + "/ArrayFilesTests/Resources/StateDicts/\(name).pth"
    }

    @Test(arguments: ["zip.1.13", "zip.2.13", "legacy.1.13", "legacy.2.13"])
    func `tensors are those that PyTorch saved`(_ format: String) throws {
        let tensors = try TensorFiles.load(weights: Self.path("tensors.\(format)"))
        #expect(tensors.count == 16)
        for type in DType.allCases where type != .bool {
            #expect(tensors["\(type)"]?.dtype == type)
            #expect(try values(tensors["\(type)"]) == [0, 1, 2, 3, 4, 5])
        }
        #expect(try values(tensors["bool"]) == [0, 1, 1, 1, 1, 1])
        #expect(try values(tensors["turned"]) == [0, 3, 1, 4, 2, 5])
        #expect(tensors["turned"]?.shape == [3, 2])
        #expect(try values(tensors["view"]) == [2, 3, 4])
        #expect(try values(tensors["column"]) == [2, 5])
        #expect(try #require(tensors["scalar"]).item() == 2.5)
        #expect(tensors["empty"]?.shape == [0, 4])
        #expect(try tensors["float64"]?.withBytes { Int(bitPattern: $0.baseAddress) % 8 } == 0)
    }

    @Test func `safetensors load by the same name`() throws {
        let folder = try TemporaryFolder()
        // The content counts, not the name.
        let path = folder.path + "/weights.pth"
        try TensorFiles.save(["w": leaf([1, 2])], to: path)
        #expect(try values(TensorFiles.load(weights: path)["w"]) == [1, 2])
    }

    @Test func `copies and pages outlive their file`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/weights.pth"
        try FileManager.default.copyItem(atPath: Self.path("tensors.zip.2.13"), toPath: path)
        let tensors = try TensorFiles.load(weights: path)
        try FileManager.default.removeItem(atPath: path)
        #expect(try values(tensors["float32"]) == [0, 1, 2, 3, 4, 5])
        #expect(try values(tensors["turned"]) == [0, 3, 1, 4, 2, 5])
    }

    @Test func `other files are told in one line`() throws {
        let path = Self.path("hostile.zip.2.13")
        let line = try #require(throws: InputError.self) { try TensorFiles.load(weights: path) }.description
        #expect(line.hasSuffix("found the global posix.system"))
        #expect(throws: InputError.self) { try TensorFiles.load(weights: #filePath) }
    }
}
