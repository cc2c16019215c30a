// The baselines: five ways in which people choose between two candidates today, and a forecast with four numbers. Each
// gives P(A better); those that only rank the candidates give 0 or 1.

import Foundation
import ScalingLaws

/// The six baselines.
enum DecisionBaseline: String, CaseIterable {
    case rank, calibratedRank, separatePowerLaws, sharedExponent, linearGap, closedForm

    /// P(A better) from the decision's own ladder alone: 0 or 1, but for `calibratedRank` and `closedForm`, which have
    /// their shipped numbers here.
    func probability(_ decision: DecisionCase) -> Double {
        let choice: Bool
        switch self {
        case .rank: choice = decision.aIsAhead
        case .separatePowerLaws: choice = Self.lawsPreferA(decision, shared: false)
        case .sharedExponent: choice = Self.lawsPreferA(decision, shared: true)
        case .linearGap: choice = Self.linePrefersA(decision)
        case .calibratedRank: return CalibratedRank.shipped.probability(decision)
        case .closedForm: return ClosedForm.shipped.probability(decision)
        }
        return choice ? 1 : 0
    }

    /// Whether power laws with a floor prefer A. Two rungs are too few for three parameters, so rank decides there.
    private static func lawsPreferA(_ decision: DecisionCase, shared: Bool) -> Bool {
        guard decision.visible.count > 2 else { return decision.aIsAhead }
        let scales = decision.visible.map(\.scale)
        let a = decision.visible.map(\.lossesA.mean), b = decision.visible.map(\.lossesB.mean)
        let laws =
            shared
            ? PowerLaw.fit(scales: scales, lossesByCandidate: [a, b])
            : [PowerLaw.fit(scales: scales, losses: a), PowerLaw.fit(scales: scales, losses: b)].compactMap { $0 }
        guard let laws, laws.count == 2 else { return decision.aIsAhead }
        return laws[0].loss(at: decision.target.scale) < laws[1].loss(at: decision.target.scale)
    }

    /// Whether a least-squares line through the difference of the losses over log scale prefers A.
    private static func linePrefersA(_ decision: DecisionCase) -> Bool {
        let x = decision.visible.map { log10($0.scale) }, y = decision.visible.map { $0.lossesA.mean - $0.lossesB.mean }
        let meanX = x.mean, meanY = y.mean
        let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        let slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
        return meanY + slope * (log10(decision.target.scale) - meanX) < 0
    }
}

/// P(rank is right) as a logistic function of the log gap at the top visible rung, never below one half.
struct CalibratedRank {
    private let coefficients: [Double]

    /// Fitted on 1,529 public decisions, for a source that stands alone.
    static let shipped = CalibratedRank(coefficients: [4.461, 0.6685])

    private init(coefficients: [Double]) { self.coefficients = coefficients }

    /// Fits the function by the weighted log score on `cases`.
    init(_ cases: [DecisionCase], weights: [Double]) {
        let features = cases.map(Self.feature)
        let signs = cases.map { $0.isCrossover ? -1.0 : 1.0 }
        let total = weights.reduce(0, +)
        coefficients = NelderMead.minimum(start: [2, 0.3], steps: [0.5, 0.2]) { b in
            var sum = 0.0
            for i in features.indices {
                let z = -signs[i] * (b[0] + b[1] * features[i])
                sum += weights[i] * (z > 30 ? z : log1p(exp(z)))
            }
            return sum / total
        }
    }

    func probability(_ decision: DecisionCase) -> Double {
        let right = max(1 / (1 + exp(-(coefficients[0] + coefficients[1] * Self.feature(decision)))), 0.5)
        return decision.aIsAhead ? right : 1 - right
    }

    private static func feature(_ decision: DecisionCase) -> Double {
        let top = decision.visible[decision.visible.count - 1]
        return log(max(abs(log(top.lossesA.mean / top.lossesB.mean)), 1e-6))
    }
}
