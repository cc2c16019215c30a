// The steps at which a run writes something. They are a function of the spec alone, so interruptions cannot move them.

package import ScalebenchCore

/// The steps after which a run reports and evaluates; steps count from 1.
package struct RunSchedule: Sendable, Equatable {
    /// Steps with a step event: at most `reports`, at equal fractions of the run, the last step included.
    package let reports: [Int]
    /// Steps with an evaluation: at most `curvePoints`, at equal fractions of the run, the last step included.
    package let evaluations: [Int]

    /// Enough points for a curve on a screen.
    private static let reportsPerRun = 80

    package init(_ spec: RunSpec) {
        reports = Self.equalFractions(of: spec.steps, count: Self.reportsPerRun)
        evaluations = Self.equalFractions(of: spec.steps, count: spec.evaluation.curvePoints)
    }

    /// Strictly rising steps nearest to k/count of the run, k = 1 … count; fewer where steps are fewer.
    private static func equalFractions(of steps: Int, count: Int) -> [Int] {
        let count = min(count, steps)
        return (1...max(1, count)).map { ($0 * steps * 2 + count) / (2 * count) }
    }
}
