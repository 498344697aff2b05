import Foundation
import RetrievalData

/// Trains a model and leaves it in a folder, from which `RetrievalModel(checkpoint:)` loads it.
///
/// ```swift
/// var configuration = try TrainingConfiguration(contentsOf: "Configs/scenes.yaml")
/// try configuration.apply(overrides: ["training.epochs=3"])
/// try train(configuration, data: "runs/demo/scenes", output: "runs/short", onEvent: { event in
///     if case .validated(let result, let epoch) = event { print(epoch, result.rsum) }
/// })
/// ```
///
/// - Parameters:
///   - configuration: What decides the run.
///   - data: A folder in SCAN's layout, or a Karpathy JSON beside its features.
///   - output: The folder of the run: the model that did best on the validation split, its text encoder, a log.
///   - isResuming: Whether to go on with the run that the folder holds, which has to be of the same configuration;
///     otherwise a folder that holds a run is refused.
///   - device: Where to compute.
///   - isStopping: Asked after every step whether to write a checkpoint and stop. A run that is resumed afterwards ends
///     at the weights of one that was never stopped.
///   - onEvent: Is told what happens, on the calling thread. Nothing is printed.
/// - Throws: `InputError` or `TrainingError`, before anything is written where it can be known.
@discardableResult
public func train(
    _ configuration: TrainingConfiguration, data: String, output: String, isResuming: Bool = false,
    device: Device = .cpu, isStopping: () -> Bool = { false }, onEvent: (TrainingEvent) -> Void = { _ in }
) throws -> TrainingOutcome {
    let splits = try configuration.splits(of: Dataset(path: data))
    for line in configuration.notices(splits.train, splits.validation) { onEvent(.notice(line)) }
    let existing: RunFolder.Existing = isResuming ? .resume : .refuse
    try RunFolder.check(output, existing: existing)
    let run = try TrainingRun(configuration, splits, path: data, device: device)
    let folder = try run.claim(output, existing: existing)
    return try run.trainer(onEvent: onEvent).run(in: folder, isStopping: isStopping, onEvent: onEvent)
}
