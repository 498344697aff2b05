import AsCLBase
import Foundation
import RetrievalFixtures
import Testing
import TextEncoding
import Torch
import TorchNN

@testable import RetrievalModels

/// Files with the keys of published weights, and the scores that plain PyTorch makes of them:
/// scripts/make_published_goldens.py.
@Suite struct PublishedModelTests {
    private struct World {
        let folder: ScratchFolder
        let encoder: TextEncoder
        let goldens: [String: Tensor]

        init(words: [String] = TinyTextEncoder.words) throws {
            folder = try ScratchFolder()
            // As wide as the files' models: a BERT's head has 64 values.
            try TinyTextEncoder.write(to: folder.path + "/bert", words: words, width: 64)
            encoder = try TextEncoder(directory: folder.path + "/bert")
            goldens = try TensorFiles.load(weights: PublishedModelTests.path("goldens", "safetensors"))
        }

        /// A file of a system's weights with some of them changed, removed or added.
        func changed(_ name: String, _ change: (inout [String: Tensor]) throws -> Void) throws -> String {
            var tensors = try TensorFiles.load(weights: PublishedModelTests.path(name))
            try change(&tensors)
            let path = folder.path + "/\(name).safetensors"
            try TensorFiles.save(tensors, to: path)
            return path
        }

        func scores<Scorer: PairScorer>(_ scorer: Scorer, _ texts: String) throws -> [Float] {
            let images = try ImageBatch(
                regions: #require(goldens["regions"]), globals: .zeros([3, 6]), boxes: goldens["boxes"])
            let batch = try TextBatch(rows: #require(goldens[texts]), lengths: [4, 6, 3])
            return try scorer.similarity(scorer.scorable(images, in: .fp32), scorer.scorable(batch, in: .fp32))
                .detached().array()
        }

        func expected(_ name: String) throws -> [Float] { try #require(goldens[name]).array() }

        func refusal(_ paths: [String], _ system: PublishedSystem) throws -> String {
            let error = try #require(throws: (any Error).self) {
                try PublishedModel(paths, of: system, textEncoder: encoder)
            }
            return "\(error)".replacing(folder.path, with: "DIR")
        }
    }

    private static func path(_ name: String, _ type: String = "pt") throws -> String {
        try #require(Bundle.module.path(forResource: name, ofType: type, inDirectory: "Resources/Published"))
    }

    private func distance(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? .infinity }

    @Test(arguments: [PublishedSystem.uniter, .lightningdot])
    func `converted weights score as the authors' formulas do`(_ system: PublishedSystem) throws {
        let world = try World()
        let published = try PublishedModel([Self.path(system.rawValue)], of: system, textEncoder: world.encoder)
        let expected = try world.expected("\(system.rawValue).scores")
        #expect(try distance(world.scores(published.model.scorer, "ids"), expected) < 2e-4)
        // What a folder gives back is the same model.
        try published.model.save(to: world.folder.path + "/model")
        let again = try RetrievalModel(checkpoint: world.folder.path + "/model")
        #expect(try distance(world.scores(again.scorer, "ids"), expected) < 2e-4)
    }

    @Test func `SOHO's neck, dictionary and layers score as the authors' do`() throws {
        let world = try World()
        let published = try PublishedModel([Self.path("soho")], of: .soho, textEncoder: world.encoder)
        let scorer = try #require(published.model.scorer as? SOHO)
        let grid = try ImageBatch(
            regions: #require(world.goldens["regions"]).sliced(1, 0..<4), globals: .zeros([3, 6]))
        let texts = try TextBatch(rows: #require(world.goldens["ids"]), lengths: [4, 6, 3])
        let scores: [Float] = try scorer.similarity(
            scorer.scorable(grid, in: .fp32), scorer.scorable(texts, in: .fp32)
        ).detached().array()
        #expect(try distance(scores, world.expected("soho.scores")) < 2e-4)
        #expect(
            published.notices == [
                "soho.pt: not taken: backbone.conv1.weight: it makes the features, which are read from files here",
                "soho.pt: not taken: mask_l_fc.weight: the table of words once more",
                "soho.pt: not taken: neck.conv.bn.num_batches_tracked, neck.gate_fc.bn.num_batches_tracked: "
                    + "how many batches were seen",
                "soho.pt: not taken: neck.vq.cluster_sum: how often entries were met, which nothing reads",
            ])
        let theirs = try TensorFiles.load(weights: Self.path("soho"))
        for (ours, name) in [("counts", "cluster_size"), ("sums", "embed_avg")] {
            let (own, other) = (published.model.parameters.dictionary["dictionary.\(ours)"], theirs["neck.vq.\(name)"])
            #expect(try #require(own).array(Float.self) == #require(other).array(Float.self))
        }
        let wide = try world.changed("soho") { tensors in
            tensors["neck.conv.conv.weight"] = try .zeros([64, 6, 3, 3])
            tensors["neck.gate_fc.bn.weight"] = nil
        }
        #expect(
            try world.refusal([wide], .soho)
                == "DIR/soho.safetensors: 2 parameters do not fit: neck.conv.conv.weight: expected [outputs, inputs, 1, 1], "
                + "found [64, 6, 3, 3]; neck.gate_fc.bn.weight: expected [2], found nothing")
    }

    @Test func `DIME's two files become one model of both directions`() throws {
        let world = try World()
        let published = try PublishedModel(
            [Self.path("dime_i2t"), Self.path("dime_t2i")], of: .dime, textEncoder: world.encoder)
        let parts = try (world.expected("dime.i2t.scores"), world.expected("dime.t2i.scores"))
        let expected = zip(parts.0, parts.1).map { ($0 + $1) / 2 }
        #expect(try distance(world.scores(published.model.scorer, "words"), expected) < 1e-4)
        let once = [
            "not taken: 0.bn.num_batches_tracked, 2.bn.num_batches_tracked: how many batches were seen",
            "not taken: 1.bert.embeddings.word_embeddings.weight: "
                + "it is the frozen BERT, for which the text encoder serves",
            "not taken: 2.dynamic_itr_l0.glgc.fc_2.bias, 2.dynamic_itr_l0.glgc.fc_2.weight, "
                + "2.dynamic_itr_l1.glgc.fc_2.bias and 3 more: their program never uses it",
        ]
        let unused =
            "not taken: 0.bn.bias, 0.bn.running_mean, 0.bn.running_var and 1 more: image to text has no use for it"
        #expect(
            published.notices
                == ([unused] + once).map { "dime_i2t.pt: \($0)" } + once.map { "dime_t2i.pt: \($0)" })
    }

    @Test func `DIME's codes of paths are theirs`() throws {
        let world = try World()
        let published = try PublishedModel(
            [Self.path("dime_i2t"), Self.path("dime_t2i")], of: .dime, textEncoder: world.encoder)
        let dime = try #require(published.model.scorer as? DIME)
        let images = try ImageBatch(regions: #require(world.goldens["regions"]), globals: .zeros([3, 6]))
        let texts = try TextBatch(rows: #require(world.goldens["words"]), lengths: [4, 6, 3])
        for (part, name) in [(dime.imageToText, "i2t"), (dime.textToImage, "t2i")] {
            let part = try #require(part)
            let paths = try part.interactions(
                part.scorable(images, isTraining: false), part.words(texts), isTraining: false
            ).paths
            let codes: [Float] = try part.pathCodes(paths).detached().array()
            #expect(try distance(codes, world.expected("dime.\(name).codes")) < 1e-4)
        }
    }

    @Test func `words, masks and heads are where they are looked for`() throws {
        let world = try World()
        let path = try Self.path("uniter")
        let published = try PublishedModel([path], of: .uniter, textEncoder: world.encoder)
        let (ours, theirs) = (published.model.parameters.dictionary, try TensorFiles.load(weights: path))
        func rows(_ name: String, _ all: [String: Tensor]) throws -> [[Double]] {
            try Plain.rows(#require(all[name]).to(.float32))
        }
        let table = try rows("uniter.embeddings.word_embeddings.weight", theirs)
        let order = [1, 4, 2, 3] + Array(5..<29)
        #expect(
            try rows("joint.embeddings.word_embeddings.weight", ours) == order.map { table[$0] })
        let bias: [Float] = try #require(theirs["cls.predictions.bias"]).to(.float32).array()
        #expect(try #require(ours["heads.mlm.bias"]).array() == order.map { bias[$0] })
        #expect(
            try #require(ours["joint.image.mask_embedding"]).array()
                == rows("uniter.img_embeddings.mask_embedding.weight", theirs)[1].map { Float($0) })
        #expect(try rows("heads.match.weight", ours) == rows("itm_output.weight", theirs))
        #expect(
            try rows("heads.classes.output.weight", ours) == rows("region_classifier.net.3.weight", theirs))
        #expect(
            published.notices == [
                "uniter.pt: not taken: cls.predictions.decoder.weight: the table of words once more",
                "uniter.pt: not taken: feat_regress.weight: the layer that regions are read with once more",
            ])
    }

    @Test func `after fine-tuning the layer for ranking is the score`() throws {
        let world = try World()
        let path = try world.changed("uniter") { tensors in
            for name in tensors.keys where name.hasPrefix("cls.") || name.hasPrefix("feat_regress.") {
                tensors[name] = nil
            }
            tensors["rank_output.weight"] = try #require(tensors["itm_output.weight"]).sliced(0, 1..<2)
            tensors["rank_output.bias"] = try Tensor([9 as Float], shape: [1])
            tensors["something.else"] = try .zeros([2])
            tensors["uniter.encoder.layer.0.other"] = try .zeros([2])
        }
        let published = try PublishedModel([path], of: .uniter, textEncoder: world.encoder)
        let bias = try #require(TensorFiles.load(weights: path)["itm_output.bias"]).to(.float32).array(Float.self)
        let expected = try world.expected("uniter.scores").map { $0 - bias[1] + 9 }
        #expect(try distance(world.scores(published.model.scorer, "ids"), expected) < 2e-4)
        #expect(
            published.notices == [
                "uniter.safetensors: not taken: something.else, uniter.encoder.layer.0.other: no such parameter is known of the method",
                "uniter.safetensors: heads.mlm: not there, and begins afresh",
                "uniter.safetensors: heads.regression: not there, and begins afresh",
            ])
    }

    @Test(arguments: [(PublishedSystem.uniter, "uniter."), (.lightningdot, "")])
    func `names that begin as BERT's are known too`(_ system: PublishedSystem, _ beginning: String) throws {
        let world = try World()
        func renamed(_ tensors: [String: Tensor]) -> [String: Tensor] {
            Dictionary(
                uniqueKeysWithValues: tensors.map { name, tensor in
                    name.hasPrefix(beginning) ? ("bert." + name.dropFirst(beginning.count), tensor) : (name, tensor)
                })
        }
        let path = try world.changed(system.rawValue) { $0 = renamed($0) }
        let published = try PublishedModel([path], of: system, textEncoder: world.encoder)
        let expected = try world.expected("\(system.rawValue).scores")
        #expect(try distance(world.scores(published.model.scorer, "ids"), expected) < 2e-4)
        let both = try world.changed(system.rawValue) { $0.merge(renamed($0)) { $1 } }
        let line = try world.refusal([both], system)
        #expect(line == "DIR/\(system.rawValue).safetensors: expected every parameter once, found one by two names")
    }

    @Test func `what is missing or misshaped is one line by the file's names`() throws {
        let world = try World()
        let path = try world.changed("uniter") { tensors in
            tensors["uniter.pooler.dense.bias"] = nil
            tensors["uniter.encoder.layer.0.output.dense.weight"] = try .zeros([64, 8])
            tensors["uniter.img_embeddings.mask_embedding.weight"] = try .zeros([3, 6])
        }
        #expect(
            try world.refusal([path], .uniter)
                == "DIR/uniter.safetensors: 3 parameters do not fit: uniter.img_embeddings.mask_embedding.weight: "
                + "expected two rows, found [3, 6]; uniter.encoder.layer.0.output.dense.weight: expected [64, 256], "
                + "found [64, 8]; uniter.pooler.dense.bias: expected [64], found nothing")
        let other = try world.changed("lightningdot") { $0 = $0.filter { !$0.key.contains("img_linear") } }
        #expect(
            try world.refusal([other], .lightningdot)
                == "DIR/lightningdot.safetensors: img_model.bert.img_embeddings.img_linear.weight: "
                + "expected a tensor of 2 dimensions, found none")
    }

    @Test func `names and empty tensors claim no size`() throws {
        let world = try World()
        let far = try world.changed("uniter") { tensors in
            tensors["uniter.encoder.layer.\(Int.max).output.dense.bias"] = try .zeros([64])
        }
        let line = try world.refusal([far], .uniter)
        #expect(line.contains("uniter.encoder.layer.1.output.dense.bias: expected [64], found nothing"))
        let wide = try world.changed("dime_i2t") { $0["0.fc.weight"] = try .zeros([1 << 40, 0]) }
        #expect(
            try world.refusal([wide, Self.path("dime_t2i")], .dime)
                == "DIR/dime_i2t.safetensors: 0.fc.weight: expected a tensor of 2 dimensions, found [1099511627776, 0]")
    }

    @Test func `another system's file and another text encoder are refused`() throws {
        let world = try World()
        let line = try world.refusal([Self.path("lightningdot")], .uniter)
        #expect(
            line.hasSuffix("uniter.embeddings.word_embeddings.weight: expected a tensor of 2 dimensions, found none"))
        let larger = try World(words: TinyTextEncoder.words + (0..<8).map { "more\($0)" })
        #expect(
            try larger.refusal([Self.path("uniter")], .uniter).contains(
                "uniter.embeddings.word_embeddings.weight: expected 37 rows, the text encoder's tokens, found [32, 64]")
        )
        #expect(
            try larger.refusal([Self.path("dime_i2t"), Self.path("dime_t2i")], .dime).hasSuffix(
                "1.bert: expected 37 tokens of 64 values, the text encoder's, found 29 of 64"))
    }
}
