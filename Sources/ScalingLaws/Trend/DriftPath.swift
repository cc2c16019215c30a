// Draws of a drift at fixed coordinates.

import Foundation

/// What every draw of `DriftProcess` at the same coordinates has in common.
struct DriftPath: Sendable {
    /// How a step moves velocity and integral on, given two standard normal errors of which the integral shares the first
    /// with the velocity.
    private struct Step {
        let index: Int
        /// Factors of the velocity in the new velocity and in the integral.
        let kept: Double, carried: Double
        /// Factors of the first error in the velocity and in the integral, and of the second one in the integral.
        let deviation: Double, shared: Double, own: Double

        /// The errors have the covariance of the exact solution.
        init(_ step: OutwardSteps.Step) {
            let l = DriftProcess.memory, h = step.length
            index = step.index
            kept = exp(-h / l)
            carried = l * (1 - kept)
            deviation = (max(1 - kept * kept, 0)).squareRoot()
            let variance = max(2 * l * h - l * l * (3 - 4 * kept + kept * kept), 0)
            shared = deviation > 0 ? l * (1 - kept) * (1 - kept) / deviation : 0
            own = max(variance - shared * shared, 0).squareRoot()
        }
    }

    private let count: Int
    private let sides: [[Step]]

    init(_ steps: OutwardSteps) {
        count = steps.count
        sides = steps.sides.map { $0.map(Step.init) }
    }

    func draw(_ generator: inout some NormalNumbers) -> [Double] {
        var path = [Double](repeating: 0, count: count)
        let start = generator.normal()
        for (sign, steps) in zip([-1.0, 1], sides) {
            var velocity = sign * start, value = 0.0
            for step in steps {
                let first = generator.normal(), second = generator.normal()
                value += step.carried * velocity + step.shared * first + step.own * second
                velocity = step.kept * velocity + step.deviation * first
                path[step.index] = value
            }
        }
        return path
    }
}
