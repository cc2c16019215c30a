// The result of a comparison with families.

import ScalebenchCore
import ScalingLaws

extension Judge {
    /// Tuned against tuned where several entrants stand against each other; a family alone is studied by setting its
    /// members against the one that is forecast to be the best.
    /// - Throws: `invalidInput` for a family that shows no valley, or what `result` throws.
    package func sweepResult(_ ladder: Ladder, _ context: Context, until: Double? = nil) throws -> CompareResult {
        var context = context
        context.families = families(ladder, PooledEvidence(ladder))
        context.proposesRuns = false
        if ladder.entrants.count > 1 { return try result(try ladder.frontier, context, until: until) }
        guard let best = ladder.withoutTarget.bestMember(of: 0) else { return try result(try ladder.frontier, context) }
        // Members that nothing was trained of only widen the table.
        let trained = ladder.candidates.indices.filter { index in
            index != best && ladder.rungs.contains { !$0.points[index].isEmpty }
        }
        return try result(ladder.reordered([best] + trained), context, until: until)
    }
}
