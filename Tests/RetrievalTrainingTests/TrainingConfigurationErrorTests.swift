import Foundation
import Testing

@testable import RetrievalTraining

@Suite struct TrainingConfigurationErrorTests {
    @Test(arguments: [
        (
            "training:\n  bacth_size: 3",
            "x.yaml:2: training.bacth_size: unknown key; did you mean batch_size? known keys: "
                + "epochs, batch_size, micro_batch_size, learning_rate, warmup_steps, learning_rate_decay, gradient_clip, "
                + "moving_average, learn_temperature, region_dropout, word_dropout, feature_dropout, validate_every, patience, "
                + "seed, precision, threads, checkpoint_every_steps, log_every_steps"
        ),
        (
            "colour: 3",
            "x.yaml:1: colour: unknown key; known keys: model, text_encoder, loss, pretraining, momentum, graph, "
                + "refill, samples, training, data"
        ),
        (
            "\ntraining: {learning_rate_decay: {faktor: 1}}",
            "x.yaml:2: training.learning_rate_decay.faktor: unknown key; did you mean factor? known keys: "
                + "shape, every_epochs, factor"
        ),
    ])
    func `unknown keys are refused`(yaml: String, expected: String) {
        #expect(refusal(yaml) == expected)
    }

    @Test(arguments: [
        ("model: {heads: 3}", "x.yaml: model.heads: expected a divisor of joint_dimension 1024, found 3"),
        ("model: {heads: 0}", "x.yaml:1: model.heads: expected a whole number of at least 1, found 0"),
        ("model: {local_weight: 1.1}", "x.yaml:1: model.local_weight: expected a number from 0.0 to 1.0, found 1.1"),
        ("model: {fusion: product}", "x.yaml:1: model.fusion: expected one of sum, gated, none, found product"),
        ("loss: {temperature: 0}", "x.yaml:1: loss.temperature: expected a number above 0.0, found 0"),
        ("loss: {temperature: nan}", "x.yaml:1: loss.temperature: expected a number above 0.0, found nan"),
        ("loss: {positives: yes}", "x.yaml:1: loss.positives: expected true or false, found yes"),
        (
            "samples: {dropout: 1}",
            "x.yaml:1: samples.dropout: expected a number between 0.0 and 1.0, neither of them, found 1"
        ),
        ("training:\n  batch_size: 1", "x.yaml:2: training.batch_size: expected a whole number of at least 2, found 1"),
        ("training: {epochs: 2.5}", "x.yaml:1: training.epochs: expected a whole number of at least 1, found 2.5"),
        ("training: {epochs: \"2\"}", "x.yaml:1: training.epochs: expected a whole number of at least 1, found \"2\""),
        ("training: {epochs: [2]}", "x.yaml:1: training.epochs: expected a whole number of at least 1, found a list"),
        ("training: {epochs: }", "x.yaml:1: training.epochs: expected a whole number of at least 1, found nothing"),
        ("training: {learning_rate: -1}", "x.yaml:1: training.learning_rate: expected a number above 0.0, found -1"),
        (
            "training: {learning_rate_decay: {factor: 2}}",
            "x.yaml:1: training.learning_rate_decay.factor: expected a number above 0.0 and at most 1.0, found 2"
        ),
        ("training: {learning_rate_decay: 2}", "x.yaml:1: training.learning_rate_decay: expected a mapping, found 2"),
        ("data: {train_split: ''}", "x.yaml:1: data.train_split: expected text that is not empty, found \"\""),
        ("data: {train_split: null}", "x.yaml:1: data.train_split: expected text that is not empty, found nothing"),
    ])
    func `impossible values are refused`(yaml: String, expected: String) {
        #expect(refusal(yaml) == expected)
    }

    @Test(arguments: [
        ("", "x.yaml: expected a mapping, found nothing"),
        ("- 1", "x.yaml:1: expected a mapping, found a list"),
        ("epochs", "x.yaml:1: expected a mapping, found epochs"),
        ("[1]: 2", "x.yaml:1: expected text as every key, found a list"),
        ("loss:\n  kind: triplet\n  kind: triplet", "x.yaml:2: a key stands twice in one mapping: kind"),
        ("loss:\n  kind: [triplet\nmodel: 1", "x.yaml:3: not valid YAML: did not find expected ',' or ']'"),
        ("loss:\n\tkind: triplet", "x.yaml:2: not valid YAML: found character that cannot start any token"),
        ("loss: *none", "x.yaml:1: not valid YAML: found undefined alias"),
        ("loss: {}\n---\nloss: {}", "x.yaml:2: not valid YAML: but found another document"),
        ("loss: \u{1}", "x.yaml: not valid YAML: control characters are not allowed"),
    ])
    func `what is no configuration is refused`(yaml: String, expected: String) {
        #expect(refusal(yaml) == expected)
    }

    @Test(arguments: [
        (["training.epochs"], "--set training.epochs: expected key=value, found no \"=\""),
        (
            ["training.epochs=many"],
            "--set training.epochs=many: training.epochs: expected a whole number of at least 1, found many"
        ),
        (
            ["training.epochs="],
            "--set training.epochs=: training.epochs: expected a whole number of at least 1, found nothing"
        ),
        (["training=3"], "--set training=3: training: expected a mapping, found 3"),
        (
            ["model.heads=3", "data.train_split=x"],
            "--set model.heads=3 --set data.train_split=x: model.heads: "
                + "expected a divisor of joint_dimension 1024, found 3"
        ),
        (
            ["modell.heads=3"],
            "--set modell.heads=3: modell: unknown key; "
                + "did you mean model? known keys: model, text_encoder, loss, pretraining, momentum, graph, "
                + "refill, samples, training, data"
        ),
        (
            ["model.heads.x=3"],
            "--set model.heads.x=3: model.heads: expected a whole number of at least 1, found a mapping"
        ),
        (["model.heads=[3"], "--set model.heads=[3: not valid YAML: did not find expected ',' or ']'"),
    ])
    func `overrides are checked alike and change nothing when refused`(overrides: [String], expected: String) {
        var configuration = TrainingConfiguration()
        #expect(
            message { try configuration.apply(overrides: ["loss.kind=triplet"] + overrides) }?
                .replacingOccurrences(of: "--set loss.kind=triplet ", with: "") == expected)
        #expect(configuration == TrainingConfiguration())
    }

    @Test func `a file that cannot be read is named with the reason`() throws {
        try withTemporaryFolder { folder in
            #expect(
                message(in: folder) { _ = try TrainingConfiguration(contentsOf: folder + "/no.yaml") }
                    == "DIR/no.yaml: No such file or directory")
            #expect(message(in: folder) { _ = try TrainingConfiguration(contentsOf: folder) } == "DIR: Is a directory")
            try Data([0x61, 0xFF]).write(to: URL(fileURLWithPath: folder + "/latin.yaml"))
            #expect(
                message(in: folder) { _ = try TrainingConfiguration(contentsOf: folder + "/latin.yaml") }
                    == "DIR/latin.yaml: expected UTF-8 text, found other bytes")
        }
    }

    private func refusal(_ yaml: String) -> String? {
        message { _ = try TrainingConfiguration(yaml: yaml, source: "x.yaml") }
    }
}
