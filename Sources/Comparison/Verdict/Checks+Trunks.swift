// The check for rungs whose runs are not independent of each other.

import ScalebenchCore
import ScalingLaws

extension Checks {
    static func sharedTrunk(_ pair: PairLadder, _ result: PairResult) -> [Finding] {
        let groups = Dictionary(grouping: pair.rungs.filter { $0.isTrained && $0.trunk != nil }, by: \.trunk).values
            .filter { $0.count > 1 }.sorted { $0[0].rung.scale < $1[0].rung.scale }
        return groups.map { rungs in
            Finding(
                "sharedTrunk", .note,
                "runs of equal seeds at \(rungs.map(\.rung.label).joined(separator: "; ")) share their first steps and err "
                    + "together: their noise counts as correlated",
                advice: "you need not act, but a rung of another size, or more seeds, says more than one more of these")
        }
    }
}
