import ArrayFiles
import Foundation
import Testing
import Torch

@Suite struct TensorFilesTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// 0 to 5, whatever that is in the type.
    func sample(_ dtype: DType) throws -> Tensor { try Tensor.range(6).reshaped([2, 3]).to(dtype) }

    func same(_ found: Tensor?, _ expected: Tensor) throws -> Bool {
        let found = try #require(found)
        return try found.dtype == expected.dtype && found.shape == expected.shape && values(found) == values(expected)
    }

    @Test(arguments: DType.allCases)
    func `safetensors come back as they were`(_ dtype: DType) throws {
        let path = folder.path + "/a.safetensors"
        let matrix = try sample(dtype)
        let tensors = try [
            "matrix": matrix, "scalar": matrix.selected(0, 1).selected(0, 2),
            "none": Tensor.zeros([0, 2], dtype: dtype),
            "turned": matrix.transposed(),
        ]
        try TensorFiles.save(tensors, metadata: ["made": "here"], to: path)
        let file = try SafetensorsFile(path: path)
        let loaded = try TensorFiles.load(file)
        #expect(file.metadata == ["made": "here"])
        #expect(loaded.count == tensors.count)
        for (name, tensor) in tensors { #expect(try same(loaded[name], tensor), "\(name)") }
    }

    @Test(arguments: DType.allCases.filter { $0 != .bfloat16 })
    func `npy files come back as they were`(_ dtype: DType) throws {
        let path = folder.path + "/a.npy"
        let matrix = try sample(dtype)
        let writer = try NumpyWriter(path: path, elementType: dtype, shape: matrix.shape)
        let copy = try matrix.withBytes { Data($0) }
        try copy.withUnsafeBytes { try writer.append($0) }
        try writer.finish()
        #expect(try same(TensorFiles.load(NumpyArray(path: path)), matrix))
    }

    @Test func `parameters are saved although they take gradients`() throws {
        let path = folder.path + "/a.safetensors"
        try TensorFiles.save(["w": leaf([1, 2])], to: path)
        let loaded = try TensorFiles.load(SafetensorsFile(path: path))["w"]
        #expect(try values(loaded) == [1, 2])
        #expect(loaded?.requiresGradient == false)
    }

    /// A byte before them puts the floats where libtorch must not read floats.
    @Test func `entries at odd places load`() throws {
        let path = folder.path + "/odd.safetensors"
        var json =
            #"{"byte":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
            + #""floats":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}}"#
        while json.utf8.count % 8 != 0 { json += " " }
        var data = withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Data($0) } + Data(json.utf8) + [9]
        for value: Float in [1.5, -2] { withUnsafeBytes(of: value) { data.append(contentsOf: $0) } }
        try data.write(to: URL(fileURLWithPath: path))
        let tensors = try TensorFiles.load(SafetensorsFile(path: path))
        #expect(try values(tensors["byte"]) == [9])
        #expect(try values(tensors["floats"]) == [1.5, -2])
        let aligned = try tensors["floats"]?.withBytes { Int(bitPattern: $0.baseAddress) % 4 == 0 }
        #expect(aligned == true)
    }

    @Test func `tensors keep their file mapped`() throws {
        func load() throws -> [String: Tensor] {
            let path = folder.path + "/a.safetensors"
            try TensorFiles.save(["w": Tensor.full([100_000], 3)], to: path)
            let loaded = try TensorFiles.load(SafetensorsFile(path: path))
            try FileManager.default.removeItem(atPath: path)
            return loaded
        }
        let loaded = try load()
        #expect(try #require(loaded["w"]).sum().item() == 300_000)
    }
}
