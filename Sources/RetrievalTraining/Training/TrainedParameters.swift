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
    /// The largest gradient norm.
    let gradientClip: Double

    /// A step by the gathered gradients, which go.
    /// - Parameter isFirst: Whether there was none before.
    /// - Returns: The gradients' norm before clipping.
    func update(learningRate: Double, isFirst: Bool) throws -> Double {
        let norm = try optimizer.step(learningRate: learningRate, clippingNormTo: gradientClip)
        try temperature?.clamp()
        try average?.update(isFirst: isFirst)
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
    init(_ model: RetrievalModel, _ configuration: TrainingConfiguration) throws {
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
        parameters = ParameterSet(
            weights + (temperature?.parameters.entries ?? []), buffers: model.parameters.buffers)
        optimizer = try Adam(groups)
    }
}
