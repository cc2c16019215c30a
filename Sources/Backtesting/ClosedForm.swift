// A forecast with four numbers, the baseline to beat: the log ratio of the losses walks on from the top visible rung, and
// the rougher it was along the visible rungs, the further it may go.

import Foundation
import ScalingLaws

/// P(A better) = T_ν(d / √(a² + (b² + c·r²)·Δ)).
///
/// d is ln(loss of B / loss of A) at the top visible rung, Δ the decades from there to the target, r² the mean squared
/// step of d per decade along the visible rungs, and T_ν the distribution function of Student's t.
package struct ClosedForm: Sendable {
    /// ln a, ln b, ln c, ln ν.
    package let coefficients: [Double]

    /// Fitted on 1,529 public decisions, for a source that stands alone.
    package static let shipped = ClosedForm(coefficients: [-8, -4.745, -0.089, 2.112])

    private init(coefficients: [Double]) { self.coefficients = coefficients }

    /// Fits the four numbers by the weighted log score on `cases`.
    init(_ cases: [DecisionCase], weights: [Double]) {
        let features = cases.map(Features.init)
        let total = weights.reduce(0, +)
        let fitted = NelderMead.minimum(start: Self.shipped.coefficients, steps: [0.5, 0.5, 0.5, 0.3]) { numbers in
            // Losses are not known to better than a ≥ 0.03 %, and from e⁵ degrees of freedom on T is a normal distribution.
            guard numbers[0] >= -8, (0.1...5).contains(numbers[3]) else { return .infinity }
            let form = ClosedForm(coefficients: numbers)
            var sum = 0.0
            for i in cases.indices {
                let p = form.probability(features[i])
                sum -= weights[i] * log(max(cases[i].aIsBetter ? p : 1 - p, 1e-12))
            }
            return sum / total
        }
        self.init(coefficients: fitted)
    }

    func probability(_ decision: DecisionCase) -> Double { probability(Features(decision)) }

    private func probability(_ features: Features) -> Double {
        let n = coefficients.map { exp($0) }
        let variance = n[0] * n[0] + (n[1] * n[1] + n[2] * features.roughness) * features.decades
        return StudentDistribution(degrees: n[3]).cumulative(features.lead / variance.squareRoot())
    }

    private struct Features {
        /// d, r² and Δ.
        let lead: Double, roughness: Double, decades: Double

        init(_ decision: DecisionCase) {
            let ratios: [Double] = decision.visible.map { log($0.lossesB.mean / $0.lossesA.mean) }
            let places: [Double] = decision.visible.map { log10($0.scale) }
            let steps = ratios.indices.dropFirst().map { index in
                let step = ratios[index] - ratios[index - 1]
                return step * step / (places[index] - places[index - 1])
            }
            lead = ratios[ratios.count - 1]
            roughness = steps.isEmpty ? 0 : steps.mean
            decades = log10(decision.target.scale) - places[places.count - 1]
        }
    }
}
