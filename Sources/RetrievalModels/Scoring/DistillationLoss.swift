package import Torch

/// Losses that teach a fast method (student) the ranking of an accurate one (teacher), over a batch's scores of both.
package enum DistillationLoss {
    /// KL(softmax(S_t / tau_t) || softmax(S_s / tau_s)) over each image's texts, the mean over images, plus the same over
    /// each text's images. No gradient flows to the teacher.
    /// - Parameters:
    ///   - student: S_s `[N, M]`, images by rows, texts by columns.
    ///   - teacher: S_t `[N, M]`.
    ///   - temperatures: tau_s and tau_t, above zero.
    ///   - excluded: bool `[N, M]`, true at pairs that neither distribution has; some pair of every row and column stays.
    package static func divergence(
        _ student: Tensor, from teacher: Tensor, temperatures: (student: Double, teacher: Double),
        excluded: Tensor? = nil
    ) throws(TorchError) -> Tensor {
        let studentLogits = try student / temperatures.student
        let teacherLogits = try teacher.detached() / temperatures.teacher
        return try divergence(studentLogits, from: teacherLogits, along: 1, excluded)
            + divergence(studentLogits, from: teacherLogits, along: 0, excluded)
    }

    private static func divergence(
        _ student: Tensor, from teacher: Tensor, along dimension: Int, _ excluded: Tensor?
    ) throws(TorchError) -> Tensor {
        func logarithms(_ logits: Tensor) throws(TorchError) -> Tensor {
            guard let excluded else { return try logits - logits.logSumExp(dimension).unsqueezed(dimension) }
            let kept = try logits.filled(where: excluded, with: -.infinity).logSumExp(dimension)
            // The same number on both sides where excluded, so that their difference there is none.
            return try (logits - kept.unsqueezed(dimension)).filled(where: excluded, with: 0)
        }
        let target = try logarithms(teacher)
        return try (target.exp() * (target - logarithms(student))).sum(dimension).mean()
    }
}
