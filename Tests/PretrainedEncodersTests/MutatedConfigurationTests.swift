import AsCLBase
import Foundation
import PretrainedEncoders
import RetrievalFixtures
import Testing
import Torch
import TorchNN

/// Configurations and weights that are cut or changed at random end in a model or in an error that names what is wrong.
@Suite struct MutatedConfigurationTests {
    @Test(
        arguments: [
            ("clip_new", "config.json"), ("siglip2", "config.json"), ("clip_half", "model.safetensors"),
            ("clip_bin", "pytorch_model.bin.index.json"),
        ])
    func `a mutated file is read or refused`(_ name: String, _ file: String) throws {
        let folder = try StoredFolders.copy(name)
        let expected = try StoredFolders.goldens(name)
        let outcomes = try Fuzz.outcomes(
            of: [UInt8](folder.data(file)), name: file, rounds: 60,
            isMeant: { $0 is ParameterError || $0 is TorchError }
        ) { path in
            _ = try folder.file(file, [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
            let model = try DualEncoder(directory: folder.path)
            let texts = try model.text.vectors(expected.ids)
            _ = try model.logits(pictures: model.picture.vectors(expected["pixels"]), texts: texts)
        }
        #expect(outcomes.refused > 0)
    }
}
