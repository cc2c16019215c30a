// The stages in which a ladder is trained: after each, the comparison is judged, and the first that decides is the last.
// The default begins with the rungs up to a thirtieth of the target's FLOPs, which cost little together, and goes on rung by
// rung (`scalebench backtest` prints what a decision costs under several choices).

import ScalebenchCore

extension ComparisonPlan {
    /// The share of the target's FLOPs up to which rungs belong to the first stage.
    private static let firstShare = 1.0 / 30
    /// Two rungs cannot show whether a gap changes with scale.
    private static let fewestRungs = 3

    /// The indices of the rungs of each stage.
    package var stages: [Range<Int>] {
        let last = suite.rungs.count
        let first = max(Self.fewestRungs, smallRungs)
        let ends = suite.stages.isEmpty ? Array(first...max(first, last)) : suite.stages
        let all = ends.filter { $0 < last } + [last]
        return zip([0] + all, all).map { $0..<$1 }
    }

    /// The number of rungs that have at most the first share of the target's FLOPs.
    private var smallRungs: Int {
        suite.rungs.indices.count { flops(at: .rung($0)) <= Self.firstShare * flops(at: .target) }
    }
}

extension LadderPlace {
    /// Whether this is one of the rungs with these indices.
    package func isRung(in stage: Range<Int>) -> Bool {
        if case .rung(let index) = self { return stage.contains(index) }
        return false
    }
}
