package import AsCLBase

/// A file of named arrays in one of the formats that weights are published in, told by its first bytes.
package enum WeightsFile: Sendable {
    /// Safetensors.
    case safetensors(SafetensorsFile)
    /// PyTorch's own, usually named `.pth`.
    case stateDict(StateDictFile)

    /// Opens the file. Its name does not matter.
    package init(path: String) throws(InputError) {
        let file = try MappedFile(path: path)
        let bytes = file.bytes
        if bytes.starts(with: StateDictRecords.zipMagic) || bytes.starts(with: StateDictRecords.legacyMagic) {
            self = .stateDict(try StateDictFile(file: file))
        } else if bytes.count > 8, bytes[8] == UInt8(ascii: "{") {
            // The length of a JSON header, then the header.
            self = .safetensors(try SafetensorsFile(file: file))
        } else {
            throw InputError(
                path: path, place: "first bytes", expected: "safetensors or a state dict by torch.save (.pth)",
                found: Self.kind(of: bytes))
        }
    }

    /// Lets go of its pages in memory; they are read again when they are touched again.
    package func releasePages() {
        switch self {
        case .safetensors(let weights): weights.file.release(0..<weights.file.bytes.count)
        case .stateDict(let weights): weights.releasePages()
        }
    }

    /// Names a few files that are taken for weights.
    private static func kind(of bytes: UnsafeRawBufferPointer) -> String {
        func stands(_ text: String, at offset: Int) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
        if bytes.isEmpty { return "an empty file" }
        if stands("PK\u{5}\u{6}", at: 0) { return "an empty zip file" }
        if stands("ustar", at: 257) { return "a tar file" }
        if bytes[0] == 0x1f { return "a compressed file" }
        if stands("\u{89}HDF", at: 0) { return "an HDF5 file" }
        if stands("<", at: 0) { return "a page of HTML or XML" }
        if bytes[0] == 0x80 { return "a bare pickle, as Detectron2 writes its NumPy arrays (.pkl)" }
        return "something else"
    }
}
