// Minimisation without derivatives in a handful of dimensions, for priors and small calibration curves. It finds no
// exact optima, since it stops when the simplex is small. Source: J. A. Nelder, R. Mead, Computer J. 7 (1965) 308.

import Foundation

package enum NelderMead {
    /// The best point found from a simplex made of `start` and one `step` along every axis.
    ///
    /// Stops after `maximumEvaluations`, or when both the simplex and its values span less than the tolerances.
    package static func minimum(
        start: [Double], steps: [Double], maximumEvaluations: Int = 400, pointTolerance: Double = 1e-4,
        valueTolerance: Double = 1e-8, _ function: ([Double]) -> Double
    ) -> [Double] {
        let n = start.count
        var simplex = [start] + (0..<n).map { axis in start.enumerated().map { $1 + ($0 == axis ? steps[axis] : 0) } }
        var values = simplex.map(function)
        var evaluations = n + 1

        func evaluate(_ point: [Double]) -> Double {
            evaluations += 1
            return function(point)
        }
        while evaluations < maximumEvaluations {
            let order = values.indices.sorted { values[$0] < values[$1] }
            simplex = order.map { simplex[$0] }
            values = order.map { values[$0] }
            let span = (0..<n).map { axis in simplex.map { abs($0[axis] - simplex[0][axis]) }.max() ?? 0 }.max() ?? 0
            if span < pointTolerance, values[n] - values[0] < valueTolerance { break }

            let centre = (0..<n).map { axis in simplex[..<n].reduce(0) { $0 + $1[axis] } / Double(n) }
            func along(_ factor: Double) -> [Double] {
                (0..<n).map { centre[$0] + factor * (simplex[n][$0] - centre[$0]) }
            }
            let reflected = along(-1), reflectedValue = evaluate(reflected)
            if reflectedValue < values[0] {
                let expanded = along(-2), expandedValue = evaluate(expanded)
                (simplex[n], values[n]) =
                    expandedValue < reflectedValue ? (expanded, expandedValue) : (reflected, reflectedValue)
            } else if reflectedValue < values[n - 1] {
                (simplex[n], values[n]) = (reflected, reflectedValue)
            } else {
                let contracted = along(reflectedValue < values[n] ? -0.5 : 0.5), contractedValue = evaluate(contracted)
                if contractedValue < min(reflectedValue, values[n]) {
                    (simplex[n], values[n]) = (contracted, contractedValue)
                } else {
                    for i in 1...n {
                        simplex[i] = zip(simplex[0], simplex[i]).map { 0.5 * ($0 + $1) }
                        values[i] = evaluate(simplex[i])
                    }
                }
            }
        }
        return simplex[values.indices.min { values[$0] < values[$1] } ?? 0]
    }
}
