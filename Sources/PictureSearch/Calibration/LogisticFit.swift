import Foundation

/// A logistic regression by Newton's method: log-odds = offset + sum of weight * feature, of the least weighted log-loss.
struct LogisticFit {
    /// One a feature.
    private(set) var weights: [Double]
    private(set) var offset: Double

    private static let mostSteps = 60
    /// Against the sum of all weights' information: keeps features that say the same from running away.
    private static let ridge = 1e-6

    /// - Parameters:
    ///   - columns: A feature's value of each row.
    ///   - isTrue: What happened.
    ///   - rowWeights: How often each row counts.
    init(columns: [[Double]], isTrue: [Bool], rowWeights: [Double]) {
        // On one scale, so that one ridge serves all.
        let total = rowWeights.reduce(0, +)
        let scales = columns.map { column -> (mean: Double, deviation: Double) in
            let mean = zip(column, rowWeights).reduce(0) { $0 + $1.0 * $1.1 } / total
            let square = zip(column, rowWeights).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / total
            return (mean, max(square.squareRoot(), 1e-9))
        }
        let scaled = zip(columns, scales).map { column, scale in column.map { ($0 - scale.mean) / scale.deviation } }
        let share = zip(isTrue, rowWeights).reduce(0) { $0 + ($1.0 ? $1.1 : 0) } / total
        var solution = [Double](repeating: 0, count: columns.count + 1)
        solution[columns.count] = log(share / (1 - share))
        for _ in 0..<Self.mostSteps {
            let step = Self.step(scaled, isTrue, rowWeights, at: solution)
            let length = step.reduce(0) { $0 + $1 * $1 }.squareRoot()
            // A long step overshoots where the curve flattens.
            let part = min(1, 2 / max(length, 1e-12))
            for place in solution.indices { solution[place] += part * step[place] }
            if length < 1e-8 { break }
        }
        weights = zip(solution, scales).map { $0 / $1.deviation }
        offset = solution[columns.count] - zip(weights, scales).reduce(0) { $0 + $1.0 * $1.1.mean }
    }

    /// Newton's step: the gradient against the information.
    private static func step(
        _ columns: [[Double]], _ isTrue: [Bool], _ rowWeights: [Double], at solution: [Double]
    ) -> [Double] {
        let count = columns.count
        var (gradient, information) = ([Double](repeating: 0, count: count + 1), [[Double]]())
        information = Array(repeating: gradient, count: count + 1)
        var row = [Double](repeating: 1, count: count + 1)
        for place in isTrue.indices {
            var logOdds = solution[count]
            for feature in 0..<count {
                row[feature] = columns[feature][place]
                logOdds += solution[feature] * row[feature]
            }
            let expected = probability(logOdds: logOdds)
            let (missing, curve) = ((isTrue[place] ? 1 : 0) - expected, expected * (1 - expected))
            for first in 0...count {
                gradient[first] += rowWeights[place] * missing * row[first]
                for second in 0...first {
                    information[first][second] += rowWeights[place] * curve * row[first] * row[second]
                }
            }
        }
        let trace = (0...count).reduce(0) { $0 + information[$1][$1] }
        for first in 0...count {
            information[first][first] += ridge * max(trace, 1e-9)
            for second in 0..<first { information[second][first] = information[first][second] }
        }
        return solved(information, gradient)
    }

    /// The solution of a symmetric positive system by Gauss's elimination.
    private static func solved(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
        var (matrix, right) = (matrix, right)
        for pivot in right.indices {
            for row in right.indices where row != pivot {
                let factor = matrix[row][pivot] / matrix[pivot][pivot]
                for column in right.indices { matrix[row][column] -= factor * matrix[pivot][column] }
                right[row] -= factor * right[pivot]
            }
        }
        return right.indices.map { right[$0] / matrix[$0][$0] }
    }
}
