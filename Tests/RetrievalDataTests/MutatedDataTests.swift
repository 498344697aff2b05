import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalData

/// Data folders of which one file was changed at random: a split is opened and looked through, or refused in one line.
@Suite struct MutatedDataTests {
    @Test(arguments: [
        "train_caps.txt", "train_ids.txt", "train_ims.npy", "train_boxes.npy", "train_scene_text.jsonl",
    ])
    func `a changed file of SCAN's layout is read or refused`(_ name: String) throws {
        let folder = try DataFolder()
        try folder.scan("train")
        try folder.text("train_scene_text.jsonl", ["[]", #"[{"text": "STOP", "box": [0.1, 0.2, 0.3, 0.25]}]"#])
        let original = try [UInt8](Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + name)))
        let outcomes = try Fuzz.outcomes(of: original, name: name) { path in
            try folder.bytes(name, [UInt8](Data(contentsOf: URL(fileURLWithPath: path))))
            let inspection = try DatasetInspection.inspect(path: folder.path)
            // What inspection finds wrong is one line each.
            #expect(inspection.problems.allSatisfy { !$0.contains(where: \.isNewline) })
            if let problem = inspection.problems.first {
                throw InputError(path: path, place: "inspection", expected: "no problem", found: problem)
            }
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }

    @Test func `a changed Karpathy JSON is read or refused`() throws {
        let layout = try KarpathyLayoutTests()
        let name = "dataset_x.json"
        let original = try [UInt8](Data(contentsOf: URL(fileURLWithPath: layout.folder.path + "/" + name)))
        let outcomes = try Fuzz.outcomes(of: original, name: name) { path in
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            try layout.folder.bytes(name, [UInt8](data))
            _ = try Dataset(path: layout.folder.path).split("train")
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0)
    }
}
