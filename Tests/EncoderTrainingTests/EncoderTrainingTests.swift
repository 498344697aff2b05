import AsCLBase
import Foundation
import ImageEncoding
import PretrainedEncoders
import RetrievalFixtures
import RetrievalTraining
import Testing
import TextEncoding
import Torch

@testable import EncoderTraining

struct EncoderTrainingTests {
    @Test func `the folder is read again and scores as the model that was trained`() throws {
        let pictures = try ColoredPictures()
        let data = try pictures.data()
        var recipe = EncoderRecipe.tiny
        recipe.training.epochs = 1  // so that the last weights are the best
        let training = try EncoderTraining(recipe, train: data, validation: data, output: pictures.output)
        guard case .finished(_, 1) = try training.run() else { return #expect(Bool(false), "it did not finish") }

        let model = try DualEncoder(directory: pictures.output)
        #expect(model.notices.isEmpty)
        let tokenizer = try TokenizerFolder.tokenizer(directory: pictures.output)
        #expect(tokenizer.vocabularySize == model.text.configuration.vocabularySize)
        let inputs = try EncoderInputs(
            data, PictureTransform(directory: pictures.output), tokenizer,
            maxTokens: model.text.configuration.positionCount)
        let (scores, trained) = try inferenceMode {
            (try inputs.logits(model).array(Float.self), try inputs.logits(training.model).array(Float.self))
        }
        #expect(scores.count == 6 * 12)
        #expect(Set(scores).count > 6)
        for (score, other) in zip(scores, trained) { #expect(abs(score - other) < 1e-4) }
        #expect(
            try pictures.scratch.names.filter { $0.hasPrefix(".") }.isEmpty, "what it was filled under is gone")
    }

    @Test func `pictures of different colours are told apart, and the loss falls`() throws {
        let pictures = try ColoredPictures()
        let data = try pictures.data()
        var recipe = EncoderRecipe.tiny
        (recipe.training.epochs, recipe.training.batchSize, recipe.training.learningRate) = (100, 6, 5e-3)
        var losses: [Double] = []
        let training = try EncoderTraining(recipe, train: data, validation: data, output: pictures.output)
        let outcome = try training.run(onEvent: {
            if case .step(_, pairs: let pairs, loss: let loss) = $0 {
                losses.append(loss)
                #expect(pairs == 12)
            }
        })
        guard case .finished(let rsum, _) = outcome else { return #expect(Bool(false), "it did not finish") }
        #expect(rsum == 600)
        #expect(losses.count == 100)
        #expect(try #require(losses.last) < 0.2 * losses[0])
        // The folder holds the best epoch's weights, not the first's.
        #expect(try training.inputs(data).result(ofEncoder: pictures.output).rsum == 600)
    }

    @Test func `the same seed gives the same bytes, another other weights`() throws {
        func files(seed: Int) throws -> [String: Data] {
            let pictures = try ColoredPictures()
            let data = try pictures.data()
            var recipe = EncoderRecipe.tiny
            recipe.training.seed = seed
            _ = try EncoderTraining(recipe, train: data, validation: data, output: pictures.output).run()
            let names = try FileManager.default.contentsOfDirectory(atPath: pictures.output)
            return Dictionary(
                uniqueKeysWithValues: try names.map { ($0, try pictures.scratch.data("encoder/\($0)")) })
        }
        let first = try files(seed: 1)
        #expect(
            first.keys.sorted() == [
                "config.json", "merges.txt", "model.safetensors", "preprocessor_config.json", "special_tokens_map.json",
                "tokenizer_config.json", "vocab.json",
            ])
        #expect(try files(seed: 1) == first)
        let other = try files(seed: 2)
        #expect(first.keys.filter { other[$0] != first[$0] } == ["model.safetensors"])
    }

    @Test func `the scale is learnt, and held to 100`() throws {
        let pictures = try ColoredPictures()
        let data = try pictures.data()
        let training = try EncoderTraining(.tiny, train: data, validation: data, output: pictures.output)
        let scale = try #require(training.model.parameters.dictionary["logit_scale"])
        let initial = try scale.item()
        #expect(abs(initial - log(1 / 0.07)) < 1e-5)
        _ = try training.run()
        #expect(try scale.detached().item() != initial)
        try withoutGradients { try scale.copy(from: .full([], 9)) }
        try training.model.limitScale()
        #expect(abs(try scale.detached().item() - log(100)) < 1e-5)
    }

    @Test func `a training that is stopped leaves nothing`() throws {
        let pictures = try ColoredPictures()
        let data = try pictures.data()
        let before = try pictures.scratch.names
        do {
            let training = try EncoderTraining(.tiny, train: data, validation: data, output: pictures.output)
            // In the second epoch, when the first one's weights are written.
            var steps = 0
            let outcome = try training.run(isStopping: {
                steps += 1
                return steps == 3
            })
            #expect(outcome == .stopped)
        }
        #expect(try pictures.scratch.names == before)
    }

    @Test func `bad input is told in a line and leaves nothing`() throws {
        let pictures = try ColoredPictures()
        let data = try pictures.data()
        let path = pictures.scratch.path
        func message(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)".replacing(path, with: "DIR") }
            return "none"
        }
        #expect(
            message { _ = try CaptionedPictures(paths: ["a.png", "b.png"], captions: [["a"], []]) }
                == "b.png: captions: expected at least one, found none")
        #expect(
            message { _ = try CaptionedPictures(paths: ["a.png"], captions: [["a"]]) }
                == "a.png: pictures: expected at least 2, to tell apart, found 1")

        let torn = try pictures.scratch.file("torn.bmp", Array("BM and no more".utf8))
        let before = try pictures.scratch.names
        let unreadable = try CaptionedPictures(
            paths: Array(data.paths.dropLast()) + [torn], captions: data.captions)
        let text = message {
            _ = try EncoderTraining(.tiny, train: unreadable, validation: data, output: pictures.output)
        }
        #expect(text.hasPrefix("DIR/torn.bmp: "))
        #expect(!text.contains("\n"))
        #expect(try pictures.scratch.names == before)

        try FileManager.default.createDirectory(atPath: pictures.output, withIntermediateDirectories: true)
        try pictures.scratch.write("mine", to: "encoder/notes.txt")
        #expect(
            message { _ = try EncoderTraining(.tiny, train: data, validation: data, output: pictures.output) }
                == "DIR/encoder: output folder: expected nothing in it (or --overwrite), found notes.txt")
        #expect(try pictures.scratch.data("encoder/notes.txt") == Data("mine".utf8))
    }
}
