// What a decision costs when the ladder grows in stages and ends at the first that decides. A stage trains all rungs up
// to a share of the target's scale; where no stage decides, both candidates are trained at the target. The unit is the
// cost of that. The cost of a run is taken to be proportional to its scale: this is exact for FLOPs, for tokens, and for
// parameters at a fixed number of tokens; where tokens grow with parameters, the ladder is cheaper than stated here.

import Foundation
package import ScalingLaws

/// A pair with what it shows at every stage.
package struct StagedPair: Sendable {
    /// The rungs up to one share of the target's scale.
    package struct Stage: Sendable {
        /// The factor between them and the target, at least.
        package var lever: Double
        package var decision: DecisionCase
        /// What all runs so far cost, in units of one run of each candidate at the target.
        package var cost: Double
    }

    /// The shares at which a ladder can pause.
    static let levers = [30.0, 10, 3]

    package let source: String
    /// The stages that differ from the one before, smallest ladder first.
    package let stages: [Stage]

    /// A pair's stages, for all its rungs, the target last.
    package init(source: String, ladder: String, a: String, b: String, rungs: [GapRung]) {
        self.source = source
        let target = rungs[rungs.count - 1]
        var stages: [Stage] = []
        for lever in Self.levers {
            let seen = rungs.below(target, lever: lever)
            guard seen.count >= 2, seen.count != stages.last?.decision.visible.count else { continue }
            let runs = seen.reduce(0) { $0 + Double($1.lossesA.count + $1.lossesB.count) * $1.scale }
            stages.append(
                Stage(
                    lever: lever,
                    decision: DecisionCase(
                        source: source, ladder: ladder, a: a, b: b, lever: lever, seen: seen, target: target),
                    cost: runs / (2 * target.scale)))
        }
        self.stages = stages
    }
}

/// The costs of a decision under several policies, as JSON writes them.
package struct StageReport: Codable, Sendable {
    /// One way to grow a ladder.
    package struct Policy: Codable, Sendable {
        /// The factors between the ladder and the target at which it pauses, in order of time.
        package var levers: [Double]
        /// The expected cost of a decision; 1 is the cost of training both candidates at the target.
        package var cost: Double
        /// The share of pairs that is decided before the target is trained.
        package var decided: Double
        /// The share of wrong winners among those that are decided at each stage; null where none is.
        package var wrong: [Double?]
    }

    /// The number of pairs of each source.
    package var pairs: [String: Int]
    /// The policies of each source; the target alone comes first.
    package var sources: [String: [Policy]]
}

/// Plays policies on pairs whose outcome is known.
package struct StageBacktest {
    private static let policies: [[Double]] = [[], [30], [10], [3], [30, 10], [30, 10, 3]]
    private static let decisive = 0.95

    package let pairs: [StagedPair]
    /// P(A better) of every stage of every pair.
    package let probabilities: [[Double]]

    package init(pairs: [StagedPair], probabilities: [[Double]]) {
        self.pairs = pairs
        self.probabilities = probabilities
    }

    /// The report; nil without pairs.
    package var report: StageReport? {
        let bySource = Dictionary(grouping: pairs.indices) { pairs[$0].source }
        guard !bySource.isEmpty else { return nil }
        return StageReport(
            pairs: bySource.mapValues(\.count),
            sources: bySource.mapValues { indices in Self.policies.map { policy($0, indices) } })
    }

    private func policy(_ levers: [Double], _ indices: [Int]) -> StageReport.Policy {
        var cost = 0.0, decided = levers.map { _ in 0 }, wrong = levers.map { _ in 0 }
        for index in indices {
            var spent = 0.0, isDecided = false
            for (stage, p) in zip(pairs[index].stages, probabilities[index]) {
                guard let place = levers.firstIndex(of: stage.lever) else { continue }
                spent = stage.cost
                guard max(p, 1 - p) >= Self.decisive else { continue }
                isDecided = true
                decided[place] += 1
                if (p > 0.5) != stage.decision.aIsBetter { wrong[place] += 1 }
                break
            }
            cost += spent + (isDecided ? 0 : 1)
        }
        let count = Double(indices.count)
        return StageReport.Policy(
            levers: levers, cost: cost / count, decided: Double(decided.reduce(0, +)) / count,
            wrong: zip(wrong, decided).map { $1 > 0 ? Double($0) / Double($1) : nil })
    }
}

extension [GapRung] {
    /// The rungs whose scale is smaller than the target's by at least this factor.
    func below(_ target: GapRung, lever: Double) -> [GapRung] {
        let limit = log10(target.scale) - log10(lever) + 0.02
        return filter { log10($0.scale) <= limit }
    }
}
