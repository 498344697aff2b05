import AsCLBase
import Foundation
import RetrievalFixtures
import Testing

@testable import RetrievalExperiments

/// An experiment's folder belongs to its data and configuration.
@Suite struct ExperimentFolderTests {
    @Test(arguments: [
        ("model.joint_dimension=32", "experiment.json: model.joint_dimension: expected 32, as now, found 16"),
        ("samples.level=embeddings", "experiment.json: samples.level: expected embeddings, as now, found words"),
    ])
    func `another base configuration is refused by the field`(override: String, message: String) throws {
        var world = try World()
        _ = try world.runner()
        try world.base.apply(overrides: [override])
        let error = #expect(throws: InputError.self) { try world.runner() }
        #expect("\(try #require(error))".hasSuffix(message))
    }

    @Test func `a folder of a version that had fewer keys is gone on with`() throws {
        let world = try World()
        _ = try world.run([.full])
        for name in ["/experiment.json", "/runs/full/seed0/result.json"] {
            let text = try String(contentsOfFile: world.output + name, encoding: .utf8)
            let older = text.replacing("  layers: 4\\n", with: "")
            #expect(older != text, "\(name)")
            try older.write(toFile: world.output + name, atomically: true, encoding: .utf8)
        }
        #expect(try result(world.runner(), .full) != nil)
        // Another value than the default is another experiment all the same.
        var other = world
        try other.base.apply(overrides: ["model.layers=3"])
        let error = #expect(throws: InputError.self) { try other.runner() }
        #expect("\(try #require(error))".hasSuffix("model.layers: expected 3, as now, found 4"))
    }

    @Test func `other data is refused by the split`() throws {
        let world = try World()
        _ = try world.runner()
        let path = world.folder.path + "/test_caps.txt"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        try ("another " + text).write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: InputError.self) { try world.runner() }
        #expect("\(try #require(error))".contains("experiment.json: data.test: expected 24 images of test"))
    }

    @Test func `other features of the same captions are refused too`() throws {
        let world = try World()
        _ = try world.runner()
        var data = TinyData(images: 8, captionsPerImage: 2)
        data.redrawn = [7]
        try data.write("train", to: world.folder)
        let error = #expect(throws: InputError.self) { try world.runner() }
        #expect("\(try #require(error))".contains("experiment.json: data.train: expected 8 images of train"))
    }
}
