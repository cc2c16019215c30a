// Levenberg–Marquardt for the smooth fits of a handful of parameters: power laws, curve forms, laws in two scales.
// The caller linearises its own objective, so that priors, weights and robust losses need no special case here.
// Source: Marquardt, J. SIAM 11 (1963) 431.

import Foundation

/// An objective near one point: its value, gradient, and curvature (n × n, row-major). Where the curvature is not
/// positive definite, damping makes it so.
struct Linearisation {
    var cost: Double
    var gradient: [Double]
    var curvature: [Double]

    /// A linearisation in which nothing is summed yet.
    init(parameters n: Int) {
        cost = 0
        gradient = [Double](repeating: 0, count: n)
        curvature = [Double](repeating: 0, count: n * n)
    }
}

enum LevenbergMarquardt {
    /// The end of a descent.
    struct End {
        var cost: Double
        var parameters: [Double]
        /// False where the steps were used up or the cost is not finite.
        var hasConverged: Bool
    }

    /// Descends from `start` until a step gains less than `tolerance` of the cost.
    ///
    /// Parameters stay within ±`limit`: the fits here are in logarithms and logits, where more only loses digits.
    static func descend(
        _ start: [Double], limit: Double = 40, maximumSteps: Int = 400, tolerance: Double = 1e-12,
        _ linearise: ([Double]) -> Linearisation
    ) -> End {
        let n = start.count
        var parameters = start
        var here = linearise(parameters)
        var damping = 1e-3
        for _ in 0..<maximumSteps {
            guard here.cost.isFinite else { break }
            var matrix = here.curvature
            for i in 0..<n { matrix[i * n + i] += damping * abs(here.curvature[i * n + i]) + 1e-12 }
            var step = here.gradient.map { -$0 }
            Cholesky.factor(&matrix, n)
            Cholesky.solveLower(matrix, n, &step)
            Cholesky.solveUpper(matrix, n, &step)
            let trial = zip(parameters, step).map { min(max($0 + $1, -limit), limit) }
            let next = linearise(trial)
            if next.cost < here.cost {
                let gain = here.cost - next.cost
                parameters = trial
                here = next
                damping = max(damping / 5, 1e-12)
                if gain <= tolerance * here.cost {
                    return End(cost: here.cost, parameters: parameters, hasConverged: true)
                }
            } else {
                damping *= 4
                // No step, however short, lowers the cost: to rounding this is the minimum, if the gradient is zero.
                if damping > 1e12 {
                    return End(cost: here.cost, parameters: parameters, hasConverged: here.cost.isFinite)
                }
            }
        }
        return End(cost: here.cost, parameters: parameters, hasConverged: false)
    }
}
