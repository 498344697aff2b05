import ArrayFiles
import AsCLBase
import Foundation
import RetrievalEvaluation
import RetrievalModels
import RetrievalTraining

// Studies look at finished runs; each is a file in the run's folder, made once.
extension ExperimentRunner {
    private static let protocolFile = "protocol.json"
    private static let firstStageFile = "first-stage.json"

    /// The protocol study of the full model's run, if it has been made.
    package func protocolStudy(seed: Int) throws -> ProtocolStudy? {
        folder.read(ProtocolStudy.self, Self.protocolFile, of: try name(of: .full), seed: seed)
    }

    /// A first stage's study, if it has been made.
    package func firstStageStudy(_ variant: Variant, seed: Int) throws -> FirstStageStudy? {
        folder.read(FirstStageStudy.self, Self.firstStageFile, of: try name(of: variant), seed: seed)
    }

    /// Makes the studies that the experiments need of runs that are finished.
    /// - Returns: False when time ran out.
    func study(_ experiments: [Experiment], seeds: Range<Int>, until deadline: Date) throws -> Bool {
        for seed in seeds {
            guard case .finished = try outcome(.full, seed: seed) else { continue }
            // One process at a time looks at a seed's runs; another then finds what it was about to make.
            let lock = try FolderLock(folder.run(name(of: .full), seed: seed), isWaiting: true)
            let isDone = try withExtendedLifetime(lock) {
                let isDone = try !experiments.contains(.protocol) || studyProtocols(seed: seed, until: deadline)
                return try isDone && studyFirstStages(of: experiments, seed: seed, until: deadline)
            }
            guard isDone else { return false }
        }
        return true
    }

    private func studyProtocols(seed: Int, until deadline: Date) throws -> Bool {
        guard try protocolStudy(seed: seed) == nil else { return true }
        guard try isInTime(deadline) else { return false }
        report("scoring protocols, seed \(seed)")
        let name = try name(of: .full)
        let model = try trained(name, seed: seed)
        let evaluator = try evaluator(model, splits.test, in: .fp32)
        let study = try ProtocolStudy(evaluator, progress: meter("protocols"))
        try folder.write(study, to: Self.protocolFile, of: name, seed: seed)
        return true
    }

    private func studyFirstStages(of experiments: [Experiment], seed: Int, until deadline: Date) throws -> Bool {
        let missing = try experiments.flatMap(\.firstStages).filter {
            guard case .finished = try outcome($0, seed: seed) else { return false }
            return try firstStageStudy($0, seed: seed)?.cost == nil
        }
        guard !missing.isEmpty else { return true }
        guard try isInTime(deadline) else { return false }
        report("shortlists, seed \(seed)")
        let teacher = try trained(name(of: .full), seed: seed)
        let path = "\(folder.path)/teacher-scores-\(seed).npy"
        try FirstStageStudy.writeScores(evaluator(teacher, splits.test, in: .fp32), to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let scores = try NumpyArray(path: path)
        for variant in missing {
            let student = try trained(name(of: variant), seed: seed)
            let study = try FirstStageStudy(
                evaluator(student, splits.test, in: .fp32), teacherScores: scores, in: folder.path,
                collections: collections)
            try folder.write(study, to: Self.firstStageFile, of: name(of: variant), seed: seed)
        }
        return true
    }

    private func isInTime(_ deadline: Date) throws -> Bool {
        try checkStop()
        return Date.now < deadline
    }
}
