// Whether the rungs of a result differ in how long they were trained.

import Comparison
import ScalingLaws

extension CompareResult {
    /// Whether runs of nearly equal FLOPs differ in their tokens. Trends are then those of runs trained about as long
    /// for their FLOPs as the target.
    var tokensVary: Bool {
        let trained = ladder.filter { !$0.isTarget }.compactMap { rung in rung.tokens.map { (rung.scale, $0) } }
        return !trained.isEmpty && TokenLine(scales: trained.map(\.0), tokens: trained.map(\.1)).isBent
    }
}
