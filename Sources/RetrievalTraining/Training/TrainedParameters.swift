import RetrievalModels
import Torch
import TorchNN

/// All that a training changes: parameters, the optimizer's moments, and the weights' moving average where one is kept.
struct TrainedParameters {
    /// The model's, the text encoder's where it is trained, and the temperature where it is learnt.
    let parameters: ParameterSet
    let optimizer: Adam
    var average: MovingAverage?
    var temperature: LearnedTemperature?
    /// What makes keys, where steps compare with them.
    var momentum: Momentum?
    /// The largest gradient norm.
    let gradientClip: Double

    /// A step by the gathered gradients, which go.
    /// - Parameters:
    ///   - isFirst: Whether there was none before.
    ///   - keys: Those of the step's pairs, and the pairs that were learned from.
    /// - Returns: The gradients' norm before clipping.
    func update(learningRate: Double, isFirst: Bool, keys: (all: PairKeys, kept: [Int])? = nil) throws -> Double {
        let norm = try optimizer.step(learningRate: learningRate, clippingNormTo: gradientClip)
        try temperature?.clamp()
        try average?.update(isFirst: isFirst)
        try momentum?.advance(keys?.all, kept: keys?.kept ?? [])
        return try norm?.item() ?? 0
    }

    func clearGradients() throws {
        for (_, parameter) in parameters.entries { try parameter.clearGradient() }
    }

    /// Runs `body` with the weights that are validated and kept in the model: their average where there is one.
    func withWeightsToKeep(_ body: () throws -> Void) throws {
        if let average { try average.inPlace(body) } else { try body() }
    }
}

extension TrainedParameters {
    /// What the configuration asks to train, at rest.
    /// - Parameter pairs: How many there are to train on.
    init(_ model: RetrievalModel, _ configuration: TrainingConfiguration, pairs: Int) throws {
        let settings = configuration.training
        gradientClip = settings.gradientClip
        temperature =
            settings.learnTemperature
            ? try LearnedTemperature(configuration.loss.temperature, device: model.device) : nil
        try model.parameters.setRequiresGradient(true)
        var groups = [Adam.Group(model.parameters)]
        var weights = model.parameters.entries
        if configuration.textEncoder.trainable {
            try model.textEncoder.parameters.setRequiresGradient(true)
            let encoder = ParameterSet(
                model.textEncoder.parameters.entries.map { ("text_encoder." + $0.name, $0.tensor) })
            groups.append(Adam.Group(encoder, learningRateFactor: configuration.textEncoder.learningRateFactor))
            weights += encoder.entries
        }
        average =
            try settings.movingAverage > 0
            ? MovingAverage(ParameterSet(weights), decay: settings.movingAverage) : nil
        if let temperature { groups.append(Adam.Group(temperature.parameters)) }
        momentum =
            try configuration.hasKeys
            ? Momentum(
                model, decay: configuration.momentum.decay,
                size: configuration.momentum.size(pairs: pairs, batchSize: settings.batchSize),
                filters: configuration.momentum.filter) : nil
        parameters = ParameterSet(
            weights + (temperature?.parameters.entries ?? []), buffers: model.parameters.buffers)
        optimizer = try Adam(groups)
    }
}
