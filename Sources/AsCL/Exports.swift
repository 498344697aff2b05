// What a user of the library meets that lives in the rooms below.
@_exported public import AsCLBase  // InputError
@_exported public import RetrievalEvaluation  // RetrievalResult
@_exported public import RetrievalModels  // RetrievalModel
@_exported public import RetrievalTraining  // TrainingConfiguration, TrainingEvent, TrainingOutcome, TrainingError
@_exported public import Torch  // Device, TorchError
